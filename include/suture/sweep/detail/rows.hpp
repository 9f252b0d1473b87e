// The two kinds of rows that a sweep gives a block: all rows of some runs, whose keys and values are recorded; and the
// rows behind the patches of many cells, which meet the recorded keys and values of the rows before them.
#pragma once

#include "suture/model/causal_rows.hpp"

#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

namespace suture::detail {

/// The rows [first, end) of a prompt's run.
struct Segment {
    Index prompt = 0, first = 0, end = 0;
    Index size() const { return end - first; }
};
using Segments = std::vector<Segment>;

inline Index rows_in(const Segments& all) {
    Index count = 0;
    for (const Segment& s : all) count += s.size();
    return count;
}

inline at::Tensor index_of(const std::vector<Index>& numbers, const at::Device& device) {
    return at::tensor(numbers, at::kLong).to(device);
}

/// f(cell, row) of each row, in order.
template <class F>
at::Tensor for_rows(const Segments& all, const at::Device& device, const F& f) {
    std::vector<Index> numbers;
    numbers.reserve(static_cast<std::size_t>(rows_in(all)));
    for (std::size_t cell = 0; cell < all.size(); ++cell)
        for (Index row = all[cell].first; row < all[cell].end; ++row) numbers.push_back(f(cell, row));
    return index_of(numbers, device);
}
inline at::Tensor prompts_of(const Segments& all, const at::Device& device) {
    std::vector<Index> numbers;
    for (const Segment& s : all) numbers.push_back(s.prompt);
    return index_of(numbers, device);
}
/// The rows as they lie in what is recorded of their prompts, [prompts, tokens, ...] -> [rows, ...].
inline at::Tensor recorded_rows(const at::Tensor& recorded, const Segments& all) {
    const Index tokens = recorded.size(1);
    const auto place = [&](std::size_t cell, Index row) { return all[cell].prompt * tokens + row; };
    return recorded.flatten(0, 1).index_select(0, for_rows(all, recorded.device(), place));
}

/// All rows of `runs` runs of so many tokens, [runs * tokens, ...], whose keys and values are kept.
class WholeRows final : public CausalRows {
public:
    WholeRows(Index runs, Index tokens, at::Device device) : runs_(runs), tokens_(tokens), device_(device) {}

    at::Tensor attend(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, double scale) override {
        check_rows(q, k, v, runs_ * tokens_);
        check_first_call(std::exchange(attended_, true));
        attended_channels_ = q.size(1) * q.size(2);
        keys_ = by_run(k).clone(), values_ = by_run(v).clone();
        const at::Tensor first = at::zeros({runs_}, q.options().dtype(at::kLong));
        return causal_attention(by_run(q), keys_, values_, first, scale).flatten(0, 1);
    }
    at::Tensor kept(const at::Tensor& rows) const override { return rows; }
    at::Tensor positions() const override {
        return at::arange(tokens_, at::TensorOptions(at::kLong).device(device_)).repeat({runs_});
    }

    bool attended() const { return attended_; }
    /// Of the queries, heads * head width.
    Index attended_channels() const { return attended_channels_; }
    const at::Tensor& keys() const { return keys_; }      ///< [runs, tokens, key heads, head width]
    const at::Tensor& values() const { return values_; }  ///< of the same shape

private:
    at::Tensor by_run(const at::Tensor& rows) const {
        const std::array<Index, 2> split{runs_, tokens_};
        return rows.unflatten(0, at::IntArrayRef(split));
    }
    Index runs_, tokens_, attended_channels_ = 0;
    at::Device device_;
    bool attended_ = false;
    at::Tensor keys_, values_;
};

/// The rows of cells, each a run of its own that has the recorded keys and values of its prompt where it has no row.
class CellRows final : public CausalRows {
public:
    /// @param kept of each cell's rows; one at least
    CellRows(const Segments& rows, const Segments& kept, at::Tensor keys, at::Tensor values)
        : rows_(rows), kept_(kept), keys_(std::move(keys)), values_(std::move(values)) {
        Index offset = 0;
        for (std::size_t cell = 0; cell < rows.size(); offset += rows[cell++].size()) {
            tokens_ = std::max(tokens_, rows[cell].end);
            queries_ = std::max(queries_, kept[cell].size());
            offsets_.push_back(offset);
        }
        const auto in_rows = [&](std::size_t cell, Index row) { return offsets_[cell] + row - rows[cell].first; };
        if (rows_in(kept) < rows_in(rows)) keep_ = for_rows(kept, keys_.device(), in_rows);
    }

    at::Tensor attend(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, double scale) override {
        check_rows(q, k, v, rows_in(rows_));
        check_first_call(std::exchange(attended_, true));
        const auto in_runs = [&](std::size_t cell, Index row) { return static_cast<Index>(cell) * tokens_ + row; };
        const auto in_queries = [&](std::size_t cell, Index row) {
            return static_cast<Index>(cell) * queries_ + row - kept_[cell].first;
        };
        const at::Tensor places = for_rows(rows_, q.device(), in_runs), asked = for_rows(kept_, q.device(), in_queries);
        const auto cells = static_cast<Index>(rows_.size());
        const at::Tensor queries =
            at::zeros({cells * queries_, q.size(1), q.size(2)}, q.options()).index_copy_(0, asked, kept(q));
        const std::array<Index, 2> split{cells, queries_};
        const at::Tensor mixed =
            causal_attention(queries.unflatten(0, at::IntArrayRef(split)), completed(keys_, k, places),
                             completed(values_, v, places), first_kept(), scale);
        return mixed.flatten(0, 1).index_select(0, asked);
    }
    at::Tensor kept(const at::Tensor& rows) const override {
        return keep_.defined() ? rows.index_select(0, keep_) : rows;
    }
    at::Tensor positions() const override {
        return for_rows(rows_, keys_.device(), [](std::size_t, Index row) { return row; });
    }

private:
    /// What is recorded of each cell's prompt, with the cell's own rows in it: [cells, tokens, heads, head width].
    at::Tensor completed(const at::Tensor& recorded, const at::Tensor& own, const at::Tensor& places) const {
        const at::Tensor all = recorded.narrow(1, 0, tokens_).index_select(0, prompts_of(rows_, recorded.device()));
        all.flatten(0, 1).index_copy_(0, places, own);
        return all;
    }
    at::Tensor first_kept() const {
        std::vector<Index> first;
        for (const Segment& s : kept_) first.push_back(s.first);
        return index_of(first, keys_.device());
    }

    Segments rows_, kept_;
    at::Tensor keys_, values_, keep_;
    Index tokens_ = 0, queries_ = 0;
    bool attended_ = false;
    std::vector<Index> offsets_;
};

}  // namespace suture::detail
