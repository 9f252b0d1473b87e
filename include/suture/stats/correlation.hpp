// Correlations between rows: which tokens' neurons go up and down together. Pearson's coefficient, the cosine of two rows
// after subtracting each row's mean.
// Law: a correlation is a number in [-1, 1], or NaN if a row has none; such a row does not affect the others.
#pragma once

#include "suture/core/diagnostics.hpp"
#include "suture/stats/numbers.hpp"
#include "suture/tensor/describe.hpp"
#include "suture/tensor/error.hpp"
#include "suture/tensor/torch.hpp"

#include <ATen/ops/eye.h>

#include <limits>

#include "suture/core/refuse.hpp"

namespace suture {

namespace detail {
/// Rows minus their means, scaled so that their largest number is near 1 or -1; NaN in a row that correlates with nothing.
inline at::Tensor deviations_of(const at::Tensor& rows) {
    if (rows.size(-1) < 2)
        throw ShapeError("the rows to correlate have shape " + shape_text(rows.sizes()) +
                         ": give rows of two channels or more");
    const at::Tensor offset = rows.sub(rows.mean(-1, true));
    const at::Tensor scaled = offset.div(offset.abs().amax(-1, true));  // no square overflows or vanishes
    const at::Tensor deviations =
        scaled.sub(scaled.mean(-1, true));  // the first mean is inexact if it is far from zero
    // A constant row is found by its values: the mean of equal numbers may differ from them.
    const at::Tensor constant = rows.amax(-1, true).eq(rows.amin(-1, true));
    return deviations.masked_fill(constant, std::numeric_limits<double>::quiet_NaN());
}

/// The cosine of each row of x with the same row of y: exactly 1 if the rows are equal.
inline at::Tensor cosine(const at::Tensor& x, const at::Tensor& y) {
    const auto dot = [](const at::Tensor& u, const at::Tensor& v) { return u.mul(v).sum(-1); };
    return dot(x, y)
        .div(dot(x, x).mul(dot(y, y)).sqrt())
        .clamp(-1, 1);  // one root, because the root of a square is exact
}
}  // namespace detail

/// The correlation of each row of `a` with the same row of `b`: two [..., channels] -> [...], float64. It is exactly 1 for
/// equal rows and -1 for a row and its negative. It is NaN, as in numpy.corrcoef, if a row is constant or has a NaN or an
/// infinity.
/// @throws ShapeError if the shapes differ or there are fewer than two channels; TypeError if the numbers are not real or
///         are on two devices
template <Numbers A, Numbers B>
    requires(detail::has_same_rows<A, B>)
at::Tensor pearson(const A& a, const B& b) {
    const at::Tensor rows = detail::in_float64(a), others = detail::in_float64(b);
    if (rows.sizes() != others.sizes())
        throw ShapeError("rows " + shape_text(rows.sizes()) + " cannot be correlated with rows " +
                         shape_text(others.sizes()) + ": give two tensors of one shape");
    if (rows.device() != others.device())
        throw TypeError("the rows to correlate are on " + rows.device().str() + " and on " + others.device().str() +
                        ": move them to one device");
    return detail::cosine(detail::deviations_of(rows), detail::deviations_of(others));
}

template <Readable A, Readable B>
    requires(!detail::has_same_rows<A, B>)
SUTURE_REJECTED("these have other axes before the channels: correlate tensors of one order",
                pearson(const A&, const B&));

/// The correlation of every row with every other: [..., rows, channels] -> [..., rows, rows], float64. For a recorded
/// activation, that is token against token:
///
///     at::Tensor tokens = correlation_matrix(latest[3]);   // [batch, tokens, tokens]
///
/// It is symmetric bit for bit and exactly 1 on the diagonal, but NaN in the row and column of an input row that is
/// constant or has a NaN or an infinity.
/// @throws ShapeError if there is no axis of rows or fewer than two channels; TypeError if the numbers are not real
template <Numbers T>
    requires(detail::has_tokens_last<T>)
at::Tensor correlation_matrix(const T& activation) {
    const at::Tensor rows = detail::in_float64(activation);
    if (rows.dim() < 2)
        throw ShapeError("the rows to correlate have shape " + shape_text(rows.sizes()) +
                         ": give [..., rows, channels]");
    const at::Tensor deviations = detail::deviations_of(rows), unit = deviations.div(deviations.norm(2, {-1}, true));
    const at::Tensor lower = unit.matmul(unit.transpose(-2, -1)).clamp(-1, 1).tril(-1);
    const at::Tensor with_itself = detail::cosine(deviations, deviations);  // 1 or NaN
    return lower.add(lower.transpose(-2, -1)).add(with_itself.diag_embed());
}

template <Readable T>
    requires(!detail::has_tokens_last<T>)
SUTURE_REJECTED("the rows to correlate are tokens: give axes with the token last, or a tensor",
                correlation_matrix(const T&));

/// Each row's mean correlation with the others: [..., rows, rows] -> [..., rows]. Pairs that are NaN are left out; a row
/// without pairs is NaN. To see, for example, which token is least like the rest:
///
///     mean_correlation_with_others(correlation_matrix(latest[3]))
///
/// @throws ShapeError if the matrix is not square; TypeError if the numbers are not real
inline at::Tensor mean_correlation_with_others(const at::Tensor& matrix) {
    const at::Tensor correlations = detail::in_float64(matrix);
    if (correlations.dim() < 2 || correlations.size(-1) != correlations.size(-2))
        throw ShapeError("the matrix of correlations has shape " + shape_text(correlations.sizes()) +
                         ": give one with as many columns as rows");
    const at::Tensor itself = at::eye(correlations.size(-1), correlations.options()).to(at::kBool);
    const at::Tensor left_out = correlations.isnan().logical_or(itself);
    return correlations.masked_fill(left_out, 0).sum(-1).div(left_out.logical_not().sum(-1));  // 0 / 0 is NaN
}

template <class...>
SUTURE_REJECTED("rows are correlated with rows: write pearson(a, b) with Views or tensors", pearson(...));
template <class...>
SUTURE_REJECTED("the rows of one activation are compared: write correlation_matrix(latest[3])",
                correlation_matrix(...));

template <class...>
SUTURE_REJECTED("this takes one matrix: write mean_correlation_with_others(matrix)", mean_correlation_with_others(...));

}  // namespace suture

#include "suture/core/end_refuse.hpp"
