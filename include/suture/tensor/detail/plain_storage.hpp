// The short way: copies of, and writes to, plain storage without LibTorch's dispatcher. Below a megabyte, an edit's time
// is that of the operators it calls, not of the bytes it moves.
// Law: the bytes are those that LibTorch's operators would leave; whatever is not plain goes LibTorch's way.
#pragma once

#include "suture/tensor/detail/handle.hpp"
#include "suture/tensor/detail/place.hpp"
#include "suture/tensor/detail/update.hpp"
#include "suture/tensor/torch.hpp"

#include <ATen/EmptyTensor.h>
#include <ATen/OpMathType.h>
#include <ATen/Parallel.h>

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace suture::detail {

/// Whether a tensor is dense, contiguous memory of the CPU.
inline bool is_plain_memory(const at::Tensor& t) { return is_dense_on_cpu(t) && t.is_contiguous(); }
/// Whether autograd does not follow it now, either.
inline bool is_plain(const at::Tensor& t) {
    return is_plain_memory(t) && !(t.requires_grad() && at::GradMode::is_enabled()) && !has_tangent(t);
}

/// A contiguous copy of `t` in storage of its own; gradients flow through it. LibTorch copies large tensors in several
/// threads.
inline at::Tensor fresh_copy(const at::Tensor& t) {
    constexpr Index least_for_threads = 32768;  // at::internal::GRAIN_SIZE, from which LibTorch's copy uses threads
    if (!t.defined() || !is_plain(t) || !is_plain_mode() ||
        (t.numel() >= least_for_threads && at::get_num_threads() > 1))
        return t.clone(at::MemoryFormat::Contiguous);
    at::Tensor copy(at::detail::empty_cpu(t.sizes(), t.scalar_type()));
    if (t.numel() > 0) std::memcpy(copy.data_ptr(), t.data_ptr(), t.nbytes());
    return copy;
}

/// Moves a tensor to storage of its own if anybody else holds it or its storage: they keep the values that they have.
inline void make_alone(at::Tensor& t) {
    if (t.use_count() != 1 || t.storage().use_count() != 1) t = fresh_copy(t);
}

/// The same for axes in any order.
template <class F>
void for_each_run_in_order(const at::Tensor& packed, const ResolvedPlace& r, const F& f) {
    const at::IntArrayRef sizes = packed.sizes();
    const std::size_t axes = sizes.size() - 1;
    // Where each axis stands, and the flat position of that; the last axis moves first.
    c10::SmallVector<IndexRange, 6> ranges;
    for (std::size_t i = 0; i < axes; ++i) {
        const IndexRange* const cut = r.cut_along(static_cast<Index>(i));
        ranges.push_back(cut ? *cut : IndexRange{0, sizes[i], false});
        if (ranges.back().size == 0) return;
    }
    Shape at(axes, 0);
    for (;;) {
        Index row = 0;
        for (std::size_t i = 0; i < axes; ++i) row = row * sizes[i] + ranges[i].begin + at[i];
        for (Index g = 0; g < r.channels.groups; ++g)
            f(row * sizes.back() + r.channels.offset + g * r.channels.period, r.channels.width);
        std::size_t i = axes;
        while (i > 0 && ++at[i - 1] == ranges[i - 1].size) at[--i] = 0;
        if (i == 0) return;
    }
}

/// Calls f(first channel, count) for each run of neighbouring channels of a selection in `packed`, in the order of the
/// selection. @pre packed is contiguous, the selection is viewable
template <class F>
void for_each_run(const at::Tensor& packed, const ResolvedPlace& r, const F& f) {
    const at::IntArrayRef sizes = packed.sizes();
    const std::size_t axes = sizes.size() - 1;
    const Index width = sizes.back();
    if (!r.axes.is_free() && (r.head || r.axes.batch > 0 || r.axes.token + 1 != r.axes.count))
        return for_each_run_in_order(packed, r, f);
    const IndexRange whole_token{0, axes > 0 ? sizes[axes - 1] : 1, false};
    const IndexRange token = r.token ? *r.token : whole_token;
    const IndexRange batch = r.batch ? *r.batch : IndexRange{0, axes > 1 ? sizes[0] : 1, false};
    Index between = 1;
    for (std::size_t i = 1; i + 1 < axes; ++i) between *= sizes[i];
    for (Index b = batch.begin; b < batch.begin + batch.size; ++b)
        for (Index m = 0; m < between; ++m)
            for (Index t = token.begin; t < token.begin + token.size; ++t) {
                const Index row = ((b * between + m) * whole_token.size + t) * width + r.channels.offset;
                for (Index g = 0; g < r.channels.groups; ++g) f(row + g * r.channels.period, r.channels.width);
            }
}

/// Replaces each number of a run by `changed(i)`. In blocks of a fixed size that are read before they are written, because
/// g++ -O2 vectorises no other loops.
template <class T, class F>
void change_each(T* at, Index count, const F& changed) {
    constexpr Index block = 16;
    Index i = 0;
    for (; i + block <= count; i += block) {
        T now[block];
        for (Index j = 0; j < block; ++j) now[j] = changed(i + j);
        for (Index j = 0; j < block; ++j) at[i + j] = now[j];
    }
    for (; i < count; ++i) at[i] = changed(i);
}

/// A loop over one run for each way to change it. `value(i)` is the value for the i-th number of the run.
template <class T, class Value>
void change_run(T* at, Index count, Update how, const Value& value) {
    switch (how) {
        case Update::set:
            return change_each(at, count, [=](Index i) { return value(i); });
        case Update::add:
            return change_each(at, count, [=](Index i) { return at[i] + value(i); });
        case Update::subtract:
            return change_each(at, count, [=](Index i) { return at[i] - value(i); });
        case Update::multiply:
            return change_each(at, count, [=](Index i) { return at[i] * value(i); });
        case Update::divide:
            return change_each(at, count, [=](Index i) { return at[i] / value(i); });
    }
}

/// Whether `value` has the numbers of a selection of these sizes in its order, or those of its last axes, and is then used for
/// each index of the axes before them: the axes that it lacks are the first.
inline bool repeats_along_first_axes(at::IntArrayRef value, at::IntArrayRef selection) {
    while (!value.empty() && value.front() == 1) value = value.slice(1);
    return value.size() <= selection.size() && value == selection.slice(selection.size() - value.size());
}

/// For how many values at most a change is made by the loops above; 0 if never. LibTorch's operators, which change more
/// values at a time, catch up after more than 10 000 values; after 1000 with products of half, which g++ does not vectorise;
/// and after 500 where nothing is optimised.
inline Index most_written_plainly(at::ScalarType dtype, Update how, bool with_tensor) {
    constexpr Index most = 4096, most_products_of_half = 512;
    if (dtype == at::kFloat || dtype == at::kDouble) return most;
    if (dtype != at::kBFloat16 && dtype != at::kHalf) return 0;
    if (how == Update::set) return most;
    // Sums, and what tensors change, are rounded by LibTorch.
    if (with_tensor || (how != Update::multiply && how != Update::divide)) return 0;
    return dtype == at::kBFloat16 ? most : most_products_of_half;
}

/// Whether `write_plainly` makes the change: then nothing is allocated, so it cannot fail. A selection is changed by a
/// number, by a tensor of one value, or by a tensor that broadcasts along its first axes.
inline bool is_written_plainly(const at::Tensor& packed, const ResolvedPlace& r, Update how,
                               const NumberOrTensor& with) {
    if (!r.is_viewable() ||
        c10::multiply_integers(r.sizes) > most_written_plainly(packed.scalar_type(), how, with.is_tensor) ||
        !is_plain(packed) || !is_plain_mode())
        return false;
    if (!with.is_tensor) return true;
    if (!is_plain(with.tensor)) return false;
    const Index total = with.tensor.numel();
    // A run must not begin in one repetition and end in the next.
    return total == 1 || (total % r.channels.width == 0 && repeats_along_first_axes(with.tensor.sizes(), r.sizes));
}

/// @pre is_written_plainly
template <class T>
void change_plainly(const at::Tensor& packed, const ResolvedPlace& r, Update how, const NumberOrTensor& with) {
    T* const data = static_cast<T*>(packed.data_ptr());
    const auto change_by = [&](auto number) {
        for_each_run(packed, r, [&](Index first, Index count) {
            change_run(data + first, count, how, [number](Index) { return number; });
        });
    };
    // Products of 16-bit floats are made in float32 and rounded once, see write_in_float.
    if (!with.is_tensor && how == Update::set) return change_by(with.scalar.to<T>());
    if (!with.is_tensor) return change_by(with.scalar.to<at::opmath_type<T>>());
    const T* const values = static_cast<const T*>(with.tensor.data_ptr());
    const Index total = with.tensor.numel();
    Index next = 0;
    for_each_run(packed, r, [&](Index first, Index count) {
        const T* const from = values + next;
        if (total == 1) return change_run(data + first, count, how, [from](Index) { return *from; });
        change_run(data + first, count, how, [from](Index i) { return from[i]; });
        next = next + count == total ? 0 : next + count;
    });
}

/// Changes the selection by the value. @return false, without a write, if that needs LibTorch's operators
/// @pre the value was checked
inline bool write_plainly(const at::Tensor& packed, const ResolvedPlace& r, Update how, const NumberOrTensor& with) {
    if (!is_written_plainly(packed, r, how, with)) return false;
    switch (packed.scalar_type()) {
        case at::kFloat:
            change_plainly<float>(packed, r, how, with);
            break;
        case at::kBFloat16:
            change_plainly<c10::BFloat16>(packed, r, how, with);
            break;
        case at::kHalf:
            change_plainly<c10::Half>(packed, r, how, with);
            break;
        default:
            change_plainly<double>(packed, r, how, with);
    }
    if (!packed.is_inference()) packed.unsafeGetTensorImpl()->bump_version();
    return true;
}

}  // namespace suture::detail
