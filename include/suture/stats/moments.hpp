// Moments: count, mean, standard deviation, minimum and maximum of every channel, gathered pass by pass without keeping
// activations. Law: however the rows are divided into parts, the moments are those of all rows at once (Chan, Golub and
// LeVeque 1983, "Algorithms for computing the sample variance").
#pragma once

#include "suture/core/diagnostics.hpp"
#include "suture/stats/numbers.hpp"
#include "suture/tensor/error.hpp"
#include "suture/tensor/torch.hpp"

#include <ATen/ops/maximum.h>
#include <ATen/ops/minimum.h>
#include <ATen/ops/where.h>

#include <limits>
#include <ostream>
#include <string>

#include "suture/core/refuse.hpp"

namespace suture {

namespace detail {
/// The moments of some rows, each a float64 [channels].
struct ChannelMoments {
    at::Tensor count, left_out;  ///< how many numbers are finite, and how many are not and are ignored
    at::Tensor about, mean;      ///< the mean is about + mean: a single number far from zero would lose digits
    at::Tensor squares;          ///< the sum of squared distances from the mean
    at::Tensor low, high;

    ChannelMoments to(at::Device device) const {
        const auto moved = [device](const at::Tensor& t) { return t.to(device); };
        return {moved(count), moved(left_out), moved(about), moved(mean), moved(squares), moved(low), moved(high)};
    }
};

/// The moments of [rows, channels]. @pre there is at least one row
inline ChannelMoments moments_of(const at::Tensor& rows) {
    const at::Tensor finite = rows.isfinite(), other = finite.logical_not();
    const auto sum = [&other](const at::Tensor& t) { return t.masked_fill(other, 0).sum(0); };
    const at::Tensor count = finite.sum(0).to(at::kDouble), divisor = count.clamp_min(1);
    const at::Tensor about = sum(rows).div(divisor), offset = rows.sub(about), mean = sum(offset).div(divisor);
    constexpr double infinity = std::numeric_limits<double>::infinity();
    return {count,
            other.sum(0).to(at::kDouble),
            about,
            mean,
            sum(offset.sub(mean).square()),
            rows.masked_fill(other, infinity).amin(0),
            rows.masked_fill(other, -infinity).amax(0)};
}

/// The moments of the rows of both together.
inline ChannelMoments merged(const ChannelMoments& a, const ChannelMoments& b) {
    const at::Tensor count = a.count.add(b.count), share = b.count.div(count.clamp_min(1));
    const at::Tensor about = at::where(a.count.gt(0), a.about, b.about);
    const at::Tensor apart = b.about.sub(about).add(b.mean).sub(a.mean);
    return {count,
            a.left_out.add(b.left_out),
            about,
            a.mean.add(apart.mul(share)),
            a.squares.add(b.squares).add(apart.square().mul(a.count).mul(share)),
            at::minimum(a.low, b.low),
            at::maximum(a.high, b.high)};
}
}  // namespace detail

/// Moments of every channel over all rows added, of every batch row and token. NaN and infinity are counted separately and
/// left out. Memory: seven numbers per channel, on the device of the first rows.
///
///     RunningMoments neurons;
///     hooks.add(model->blocks[3]->mlp->act, [&](const auto& view) { neurons.add(view); });
///     { const auto scope = hooks.activate(); for (const auto& prompt : prompts) model->forward(prompt); }
///     at::Tensor mean = neurons.mean();
///
/// Only one thread may add at a time; merge() combines the moments that several threads gathered.
class RunningMoments {
public:
    /// Adds rows [..., channels]; a component in groups has the channels of all groups.
    /// @throws ShapeError if earlier rows had another number of channels; TypeError if the numbers are not real
    template <Numbers T>
    void add(const T& activation) {
        const at::Tensor rows = detail::in_float64(activation);
        if (rows.numel() > 0) take_in(detail::moments_of(rows.reshape({-1, rows.size(-1)})));
    }
    /// Adds the rows that another has gathered.
    /// @throws ShapeError if those have another number of channels
    void merge(const RunningMoments& other) {
        if (!other.empty()) take_in(other.moments_);
    }

    /// Whether nothing has been added.
    bool empty() const { return !moments_.count.defined(); }

    // Each is [channels], float64 except for the counts. @throws ValueError if nothing has been added

    /// The number of finite values; int64.
    at::Tensor count() const { return gathered().count.to(at::kLong); }
    /// The number of NaN and infinite values; int64.
    at::Tensor left_out() const { return gathered().left_out.to(at::kLong); }
    /// NaN for a channel without finite values, as are min() and max().
    at::Tensor mean() const { return where_there_are(1, gathered().about.add(gathered().mean)); }
    /// Divided by count - 1, as PyTorch's std(): NaN for a channel with fewer than two finite values.
    at::Tensor stddev() const { return where_there_are(2, gathered().squares.div(gathered().count.sub(1)).sqrt()); }
    at::Tensor min() const { return where_there_are(1, gathered().low); }
    at::Tensor max() const { return where_there_are(1, gathered().high); }

    template <class...>
    SUTURE_REJECTED("moments take one activation at a time: write moments.add(view)", add(...));
    template <class...>
    SUTURE_REJECTED("moments take one activation at a time: write moments.add(view)", update(...));
    template <class...>
    SUTURE_REJECTED("moments take one activation at a time: write moments.add(view)", operator()(...));
    template <class...>
    SUTURE_REJECTED("moments are merged with moments: write moments.merge(other)", merge(...));
    template <class...>
    SUTURE_REJECTED("the standard deviation has another name: write moments.stddev()", std(...) const);
    template <class...>
    SUTURE_REJECTED("moments have no variance: write moments.stddev().square()", var(...) const);
    template <class T>
    SUTURE_REJECTED("moments take one activation at a time: write moments.add(view)", operator+=(const T&));
    template <class...>
    SUTURE_REJECTED("moments take one activation at a time: write moments.add(view)", push(...));
    template <class...>
    SUTURE_REJECTED("moments take one activation at a time: write moments.add(view)", append(...));
    template <class...>
    SUTURE_REJECTED("moments take one activation at a time: write moments.add(view)", observe(...));
    template <class...>
    SUTURE_REJECTED("moments have mean(), stddev(), min(), max() and count(): write moments.mean()",
                    mean(InBraces, InBraces = {}) const);
    template <class...>
    SUTURE_REJECTED("moments have mean(), stddev(), min(), max() and count(): write moments.mean()",
                    stddev(InBraces, InBraces = {}) const);
    template <class...>
    SUTURE_REJECTED("moments have mean(), stddev(), min(), max() and count(): write moments.mean()",
                    min(InBraces, InBraces = {}) const);
    template <class...>
    SUTURE_REJECTED("moments have mean(), stddev(), min(), max() and count(): write moments.mean()",
                    max(InBraces, InBraces = {}) const);
    template <class...>
    SUTURE_REJECTED("moments have mean(), stddev(), min(), max() and count(): write moments.mean()",
                    count(InBraces, InBraces = {}) const);
    SUTURE_ABSENT("moments have mean(), stddev(), min(), max() and count(): write moments.mean()", sum);
    SUTURE_ABSENT("moments have mean(), stddev(), min(), max() and count(): write moments.mean()", variance);
    SUTURE_ABSENT("moments have mean(), stddev(), min(), max() and count(): write moments.mean()", n);
    SUTURE_ABSENT("moments have mean(), stddev(), min(), max() and count(): write moments.mean()", result);
    SUTURE_ABSENT("moments have mean(), stddev(), min(), max() and count(): write moments.mean()", compute);
    SUTURE_ABSENT("moments have mean(), stddev(), min(), max() and count(): write moments.mean()", value);
    SUTURE_ABSENT("moments have mean(), stddev(), min(), max() and count(): write moments.mean()", values);
    SUTURE_ABSENT("moments have mean(), stddev(), min(), max() and count(): write moments.mean()", rms);
    SUTURE_ABSENT("moments have mean(), stddev(), min(), max() and count(): write moments.mean()", sem);
    template <class...>
    SUTURE_REJECTED("moments have mean(), stddev(), min(), max() and count(): write moments.mean()", size(...) const);
    template <class I>
    SUTURE_REJECTED(
        "moments have mean(), stddev(), min(), max() and count(): write moments.mean()", operator[](const I&) const);
    SUTURE_REJECTED_CONDITION("moments are not a condition: write !moments.empty()");
    template <class...>
    SUTURE_REJECTED("moments begin empty: write moments = RunningMoments()", reset(...));
    template <class...>
    SUTURE_REJECTED("moments begin empty: write moments = RunningMoments()", clear(...));
    template <class T>
    SUTURE_REJECTED("moments take one activation at a time: write moments.add(view)", operator<<(const T&));
    friend SUTURE_REJECTED("moments have mean(), stddev(), min(), max() and count(): write moments.mean()",
                           operator<<(std::ostream&, const RunningMoments&));
    friend SUTURE_REJECTED(
        "moments are merged with moments: write moments.merge(other)", operator+(const RunningMoments&,
                                                                                 const RunningMoments&));
    explicit SUTURE_REJECTED_FROM("moments begin empty: fill them with moments.add(view)", RunningMoments, InBraces);
    RunningMoments() = default;

private:
    void take_in(const detail::ChannelMoments& more) {
        if (empty()) {
            moments_ = more;
            return;
        }
        if (more.count.size(0) != moments_.count.size(0))
            throw ShapeError("rows of " + std::to_string(more.count.size(0)) + " channels were added to moments of " +
                             std::to_string(moments_.count.size(0)) + ": use separate RunningMoments for them");
        moments_ = detail::merged(moments_, more.to(moments_.count.device()));
    }
    const detail::ChannelMoments& gathered() const {
        if (empty()) throw ValueError("nothing has been added to these moments: add() rows first");
        return moments_;
    }
    at::Tensor where_there_are(Index least, const at::Tensor& numbers) const {
        return numbers.masked_fill(moments_.count.lt(least), std::numeric_limits<double>::quiet_NaN());
    }

    detail::ChannelMoments moments_;
};

}  // namespace suture

#include "suture/core/end_refuse.hpp"
