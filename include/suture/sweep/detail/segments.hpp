// Segments: stretches of prompts' runs, and the two kinds of positions that a sweep gives a block: all positions of some
// runs, whose keys and values are recorded; and the positions after the patches of many cells, which meet the recorded
// keys and values of the positions before them.
#pragma once

#include "suture/model/causal_positions.hpp"

#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

namespace suture::detail {

/// The positions [first, end) of a prompt's run.
struct Segment {
    Index prompt = 0, first = 0, end = 0;
    Index size() const { return end - first; }
    bool operator==(const Segment&) const = default;
};
using Segments = std::vector<Segment>;

inline Index positions_in(const Segments& all) {
    Index count = 0;
    for (const Segment& s : all) count += s.size();
    return count;
}

inline at::Tensor index_of(const std::vector<Index>& numbers, const at::Device& device) {
    return at::tensor(numbers, at::kLong).to(device);
}

/// f(segment, position) of each position, in order: [positions], int64.
template <class F>
at::Tensor for_positions(const Segments& all, const at::Device& device, const F& f) {
    std::vector<Index> numbers;
    numbers.reserve(static_cast<std::size_t>(positions_in(all)));
    for (std::size_t segment = 0; segment < all.size(); ++segment)
        for (Index position = all[segment].first; position < all[segment].end; ++position)
            numbers.push_back(f(segment, position));
    return index_of(numbers, device);
}
inline at::Tensor prompts_of(const Segments& all, const at::Device& device) {
    std::vector<Index> numbers;
    for (const Segment& s : all) numbers.push_back(s.prompt);
    return index_of(numbers, device);
}
/// What is recorded at these positions of their prompts: [prompts, positions, ...] -> [positions, ...].
inline at::Tensor recorded_at(const at::Tensor& recorded, const Segments& all) {
    const Index length = recorded.size(1);
    const auto place = [&](std::size_t segment, Index position) { return all[segment].prompt * length + position; };
    return recorded.flatten(0, 1).index_select(0, for_positions(all, recorded.device(), place));
}

/// All positions of `runs` runs of the given length, [runs * length, ...]; their keys and values are recorded.
class WholeRuns final : public CausalPositions {
public:
    WholeRuns(Index runs, Index length, at::Device device) : runs_(runs), length_(length), device_(device) {}

    at::Tensor attend(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, const CausalScores& how) override {
        check_attention_inputs(q, k, v, runs_ * length_);
        check_first_call(std::exchange(attended_, true));
        attended_channels_ = q.size(1) * q.size(2);
        keys_ = by_run(k).clone(), values_ = by_run(v).clone();
        const at::Tensor first = at::zeros({runs_}, q.options().dtype(at::kLong));
        return causal_attention(by_run(q), keys_, values_, first, how).flatten(0, 1);
    }
    at::Tensor kept(const at::Tensor& all) const override { return all; }
    at::Tensor indices() const override {
        return at::arange(length_, at::TensorOptions(at::kLong).device(device_)).repeat({runs_});
    }

    bool attended() const { return attended_; }
    /// Heads times head width of the queries.
    Index attended_channels() const { return attended_channels_; }
    const at::Tensor& keys() const { return keys_; }      ///< [runs, length, key heads, head width]
    const at::Tensor& values() const { return values_; }  ///< of the same shape

private:
    at::Tensor by_run(const at::Tensor& all) const {
        const std::array<Index, 2> split{runs_, length_};
        return all.unflatten(0, at::IntArrayRef(split));
    }
    Index runs_, length_, attended_channels_ = 0;
    at::Device device_;
    bool attended_ = false;
    at::Tensor keys_, values_;
};

/// A segment per run. Where a run has no position of its own, the recorded keys and values of its prompt stand in.
class RunSegments final : public CausalPositions {
public:
    /// @param kept the part of each segment that is kept; at least one position in all
    RunSegments(const Segments& all, const Segments& kept, at::Tensor keys, at::Tensor values)
        : all_(all), kept_(kept), keys_(std::move(keys)), values_(std::move(values)) {
        std::vector<Index> offsets;
        Index offset = 0;
        for (std::size_t run = 0; run < all.size(); offset += all[run++].size()) {
            length_ = std::max(length_, all[run].end);
            queries_ = std::max(queries_, kept[run].size());
            offsets.push_back(offset);
        }
        const auto in_all = [&](std::size_t run, Index position) { return offsets[run] + position - all[run].first; };
        if (positions_in(kept) < positions_in(all)) keep_ = for_positions(kept, keys_.device(), in_all);
    }

    at::Tensor attend(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, const CausalScores& how) override {
        check_attention_inputs(q, k, v, positions_in(all_));
        check_first_call(std::exchange(attended_, true));
        const auto in_runs = [&](std::size_t run, Index position) {
            return static_cast<Index>(run) * length_ + position;
        };
        const auto in_queries = [&](std::size_t run, Index position) {
            return static_cast<Index>(run) * queries_ + position - kept_[run].first;
        };
        const at::Tensor places = for_positions(all_, q.device(), in_runs),
                         asked = for_positions(kept_, q.device(), in_queries);
        const auto runs = static_cast<Index>(all_.size());
        const at::Tensor queries =
            at::zeros({runs * queries_, q.size(1), q.size(2)}, q.options()).index_copy_(0, asked, kept(q));
        const std::array<Index, 2> split{runs, queries_};
        const at::Tensor mixed =
            causal_attention(queries.unflatten(0, at::IntArrayRef(split)), completed(keys_, k, places),
                             completed(values_, v, places), first_kept(), how);
        return mixed.flatten(0, 1).index_select(0, asked);
    }
    at::Tensor kept(const at::Tensor& all) const override { return keep_.defined() ? all.index_select(0, keep_) : all; }
    at::Tensor indices() const override {
        return for_positions(all_, keys_.device(), [](std::size_t, Index position) { return position; });
    }

private:
    /// The recorded tensor of each run's prompt, with the run's own positions written over it: [runs, length, heads, head
    /// width].
    at::Tensor completed(const at::Tensor& recorded, const at::Tensor& own, const at::Tensor& places) const {
        const at::Tensor all = recorded.narrow(1, 0, length_).index_select(0, prompts_of(all_, recorded.device()));
        all.flatten(0, 1).index_copy_(0, places, own);
        return all;
    }
    at::Tensor first_kept() const {
        std::vector<Index> first;
        for (const Segment& s : kept_) first.push_back(s.first);
        return index_of(first, keys_.device());
    }

    Segments all_, kept_;
    at::Tensor keys_, values_, keep_;
    Index length_ = 0, queries_ = 0;
    bool attended_ = false;
};

}  // namespace suture::detail
