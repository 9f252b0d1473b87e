// Correlations: against the definition in long double, by their laws, and for rows that have none.
#include "suture/stats/correlation.hpp"

#include "suture/edit/on.hpp"
#include "suture/tensor/view.hpp"

#include "doctest.hpp"
#include "laws/property.hpp"
#include "message.hpp"

#include <ATen/ATen.h>

#include <cmath>
#include <limits>
#include <random>
#include <string>
#include <vector>

namespace {
using namespace suture;
using namespace laws;
using suture_test::message_of;
using suture_test::says;

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();

/// Pearson's coefficient of two rows of float64, by its definition.
double by_definition(const at::Tensor& a, const at::Tensor& b) {
    const auto x = a.accessor<double, 1>(), y = b.accessor<double, 1>();
    long double mean_x = 0, mean_y = 0, xx = 0, yy = 0, xy = 0;
    for (Index i = 0; i < x.size(0); ++i) mean_x += x[i], mean_y += y[i];
    mean_x /= x.size(0), mean_y /= y.size(0);
    for (Index i = 0; i < x.size(0); ++i) {
        const long double dx = x[i] - mean_x, dy = y[i] - mean_y;
        xx += dx * dx, yy += dy * dy, xy += dx * dy;
    }
    return static_cast<double>(xy / std::sqrt(xx * yy));
}

/// Which rows correlate with nothing, not even with themselves.
at::Tensor without_correlation(const at::Tensor& rows) { return pearson(rows, rows).isnan(); }

double largest(const at::Tensor& t) { return t.numel() == 0 ? 0 : t.abs().max().item<double>(); }

/// Rows that correlate with each other, some far from zero and some with numbers close to each other.
at::Tensor draw_rows(const std::vector<Index>& sizes) {
    std::mt19937_64 random(static_cast<std::uint64_t>(draw(0, 1 << 30)));
    std::normal_distribution<double> normal;
    const at::Tensor rows = at::empty(sizes, at::kDouble);
    for (Index i = 0; i < rows.numel(); ++i) rows.data_ptr<double>()[i] = normal(random);
    const double offset = one_of<double>({0, -3, 1e4, 1e9}), scale = one_of<double>({1, 1e-3, 1e5});
    RC_LOG() << "offset " << offset << ", scale " << scale << "\n";
    return rows.mul(scale).add(offset);
}
}  // namespace

TEST_CASE("a correlation agrees with its definition, whatever the numbers' offset, scale and dtype") {
    for_all("pearson", 300, [] {
        const Index channels = draw(2, 40);
        const at::ScalarType dtype =
            one_of<at::ScalarType>({at::kDouble, at::kFloat, at::kBFloat16, at::kHalf, at::kLong, at::kInt});
        const at::Tensor a = draw_rows({channels}).to(dtype), b = draw_rows({channels}).to(dtype);
        const at::Tensor x = a.to(at::kDouble), y = b.to(at::kDouble), found = pearson(a, b);
        RC_LOG() << dtype_text(dtype) << "\n" << c10::str(x, y) << "\n";
        RC_ASSERT(found.scalar_type() == at::kDouble);
        const double expected = by_definition(x, y);
        const bool constant = x.eq(x[0]).all().item<bool>() || y.eq(y[0]).all().item<bool>();
        const bool finite = x.isfinite().all().item<bool>() && y.isfinite().all().item<bool>();
        if (constant || !finite)
            RC_ASSERT(std::isnan(found.item<double>()));
        else
            RC_ASSERT(std::abs(found.item<double>() - expected) < 1e-12);
    });
}

TEST_CASE("every entry of the matrix is the correlation of its two rows") {
    for_all("correlation_matrix", 100, [] {
        const Index batch = draw(1, 4), rows = draw(1, 7), channels = draw(2, 40);
        const at::Tensor t = draw_rows({batch, rows, channels}), matrix = correlation_matrix(t);
        RC_ASSERT((matrix.sizes() == at::IntArrayRef({batch, rows, rows})));
        for (Index n = 0; n < batch; ++n)
            for (Index i = 0; i < rows; ++i)
                for (Index j = 0; j < rows; ++j)
                    RC_ASSERT(std::abs(matrix[n][i][j].item<double>() - by_definition(t[n][i], t[n][j])) < 1e-12);
    });
}

TEST_CASE("the matrix is symmetric bit for bit, exactly 1 on the diagonal, and within [-1, 1]") {
    for_all("symmetry", 100, [] {
        const Index rows = draw(1, 20);
        const at::Tensor matrix = correlation_matrix(draw_rows({rows, draw(2, 9)}));
        RC_ASSERT(matrix.equal(matrix.t()));
        RC_ASSERT(matrix.diagonal().eq(1).all().item<bool>());
        RC_ASSERT(matrix.abs().le(1).all().item<bool>());
    });
}

TEST_CASE("a correlation is exactly 1 with itself, exactly -1 with its negative, and changes sign with one of two") {
    for_all("self", 100, [] {
        const Index channels = draw(2, 40);
        const at::Tensor x = draw_rows({3, channels}), y = draw_rows({3, channels});
        RC_ASSERT(pearson(x, x).eq(1).all().item<bool>());
        RC_ASSERT(pearson(x, x.neg()).eq(-1).all().item<bool>());
        RC_ASSERT(pearson(x, y.neg()).equal(pearson(x, y).neg()));
        RC_ASSERT(pearson(x, y).equal(pearson(y, x)));
    });
}

TEST_CASE("scaling by a positive number, adding a constant and permuting the channels change no correlation") {
    for_all("invariance", 100, [] {
        const Index channels = draw(2, 40);
        const at::Tensor x = at::randn({4, channels}, at::kDouble), y = at::randn({4, channels}, at::kDouble);
        const double scale = one_of<double>({1e-3, 0.7, 3, 1e6}), offset = one_of<double>({0, -5, 1e3});
        RC_ASSERT(largest(pearson(x.mul(scale).add(offset), y) - pearson(x, y)) < 1e-9);
        const at::Tensor order = at::randperm(channels);
        RC_ASSERT(largest(correlation_matrix(x.index_select(-1, order)) - correlation_matrix(x)) < 1e-12);
    });
}

TEST_CASE("numbers at the limits of float64 neither overflow nor vanish") {
    const at::Tensor x = at::randn({3, 8}, at::kDouble);
    for (const double scale : {1e-300, 1e-170, 1e170, 1e300})
        CHECK(largest(correlation_matrix(x.mul(scale)) - correlation_matrix(x)) < 1e-12);
    const at::Tensor least = at::tensor({0.0, 5e-324, 0.0}, at::kDouble);
    CHECK(pearson(least, at::tensor({1.0, 3.0, 1.0}, at::kDouble)).item<double>() == doctest::Approx(1).epsilon(1e-12));
}

TEST_CASE("a row without correlation is NaN, also with itself, and leaves the others alone") {
    const at::Tensor good = at::randn({4, 5}, at::kDouble);
    std::vector<at::Tensor> bad{at::full({5}, 0.1, at::kDouble), at::zeros({5}, at::kDouble)};
    for (const double value : {not_a_number, infinity, -infinity}) {
        bad.push_back(good[0].clone());
        bad.back()[2] = value;
    }
    for (const at::Tensor& row : bad) {
        const at::Tensor rows = at::cat({good.slice(0, 0, 2), row.unsqueeze(0), good.slice(0, 2)});
        const at::Tensor matrix = correlation_matrix(rows), others = at::tensor({0, 1, 3, 4});
        CHECK(matrix[2].isnan().all().item<bool>());
        CHECK(matrix.select(1, 2).isnan().all().item<bool>());
        // Not to the bit: a product of more rows may add in another order.
        CHECK(largest(matrix.index_select(0, others).index_select(1, others) - correlation_matrix(good)) < 1e-14);
        CHECK(without_correlation(rows).equal(at::tensor({0, 0, 1, 0, 0}).to(at::kBool)));
        CHECK(pearson(row, good[1]).isnan().item<bool>());
        CHECK(pearson(good[1], row).isnan().item<bool>());
        CHECK(pearson(row, row).isnan().item<bool>());
    }
}

TEST_CASE("a constant row has no correlation, even if its mean is not exactly its number") {
    // 0.1 + 0.1 + 0.1, divided by 3, is more than 0.1.
    for_all("constant", 200, [] {
        const at::Tensor row = at::full({draw(2, 40)}, 0.1 * static_cast<double>(draw(1, 100)), at::kDouble);
        RC_ASSERT(without_correlation(row).item<bool>());
        RC_ASSERT(pearson(row, at::arange(row.numel())).isnan().item<bool>());
    });
}

TEST_CASE("no rows at all, or a single one, can be correlated") {
    CHECK(correlation_matrix(at::zeros({0, 3})).sizes() == at::IntArrayRef({0, 0}));
    CHECK(correlation_matrix(at::zeros({2, 0, 3})).sizes() == at::IntArrayRef({2, 0, 0}));
    CHECK(correlation_matrix(at::tensor({1, 2}).unsqueeze(0)).equal(at::ones({1, 1}, at::kDouble)));
    CHECK(pearson(at::zeros({0, 3}), at::zeros({0, 3})).sizes() == at::IntArrayRef({0}));
}

TEST_CASE("rows that cannot be correlated are refused with a remedy") {
    CHECK(says(message_of<ShapeError>([] { (void)correlation_matrix(at::ones({3, 1})); }), "[3, 1]", "two channels"));
    CHECK(says(message_of<ShapeError>([] { (void)without_correlation(at::ones({3, 0})); }), "two channels"));
    CHECK(says(message_of<ShapeError>([] { (void)correlation_matrix(at::ones({3})); }), "[3]", "[..., rows, chan"));
    CHECK(says(message_of<ShapeError>([] { (void)pearson(at::ones({3}), at::ones({4})); }), "[3]", "[4]", "one shape"));
    CHECK(says(message_of<ShapeError>([] { (void)pearson(at::ones({1}), at::ones({1})); }), "two channels"));
    const at::Tensor complex = at::ones({3}, at::kComplexFloat);
    CHECK(says(message_of<TypeError>([&] { (void)pearson(complex, at::ones({3})); }), "complex64", "take its abs()"));
    CHECK(says(message_of<ShapeError>([] {
                   (void)mean_correlation_with_others(at::ones({2, 3}));
               }),
               "[2, 3]", "as many columns as rows"));
    CHECK(says(message_of<ShapeError>([] { (void)mean_correlation_with_others(at::ones({2})); }), "[2]"));
}

TEST_CASE("views are correlated token against token, a component in groups through all groups") {
    using Heads = Grouped<2, Q<2>, K<3>>;
    const at::Tensor t = at::randn({1, 4, 10});
    const View<Heads> view = borrow<Heads>(t);
    CHECK(correlation_matrix(view).equal(correlation_matrix(t)));
    const at::Tensor query = at::cat({t.narrow(-1, 0, 2), t.narrow(-1, 5, 2)}, -1);
    CHECK(largest(correlation_matrix(view[on<Q>()]) - correlation_matrix(query)) < 1e-12);
    CHECK(correlation_matrix(view[on<Q>()]).sizes() == at::IntArrayRef({1, 4, 4}));
}

TEST_CASE("the mean correlation with others leaves out the row itself and pairs that are NaN") {
    const at::Tensor matrix = at::tensor({1.0, 0.5, not_a_number, 0.1,                             //
                                          0.5, 1.0, not_a_number, -0.3,                            //
                                          not_a_number, not_a_number, not_a_number, not_a_number,  //
                                          0.1, -0.3, not_a_number, 1.0},
                                         at::kDouble)
                                  .reshape({4, 4});
    const at::Tensor means = mean_correlation_with_others(matrix);
    CHECK(means[0].item<double>() == doctest::Approx(0.3).epsilon(1e-12));
    CHECK(means[1].item<double>() == doctest::Approx(0.1).epsilon(1e-12));
    CHECK(means[2].isnan().item<bool>());
    CHECK(means[3].item<double>() == doctest::Approx(-0.1).epsilon(1e-12));
    CHECK(mean_correlation_with_others(at::ones({2, 1, 1})).isnan().all().item<bool>());
    CHECK(mean_correlation_with_others(at::stack({matrix, matrix}))[1].nan_to_num(9).equal(means.nan_to_num(9)));
}

TEST_CASE("a token unlike the others has the least mean correlation") {
    const at::Tensor common = at::randn({64}, at::kDouble);
    at::Tensor tokens = common.add(at::randn({6, 64}, at::kDouble).mul(0.1));
    tokens[0] = at::randn({64}, at::kDouble);
    CHECK(mean_correlation_with_others(correlation_matrix(tokens)).argmin().item<Index>() == 0);
}
