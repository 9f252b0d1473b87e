// What Views, Owneds and their places do not do, under the names that PyTorch has for it: whoever writes one out of habit
// reads what to write instead. Non-template bases, so that the declarations are read once and not once for each View.
#pragma once

#include "suture/core/component.hpp"
#include "suture/core/diagnostics.hpp"

#include <concepts>
#include <cstddef>

#include "suture/core/refuse.hpp"

namespace suture::detail {

// A call with up to four arguments, in braces or not.
#define SUTURE_REFUSED(name, sentence) \
    template <class...>                \
    SUTURE_REJECTED(sentence, name(InBraces = {}, InBraces = {}, InBraces = {}, InBraces = {}) const);

// clang-format off
#define SUTURE_ONLY_OF_TENSORS(row) \
    row(softmax) row(log_softmax) row(sigmoid) row(relu) row(gelu) row(tanh) row(exp) row(log) row(sqrt)        \
    row(pow) row(square) row(abs) row(std) row(var) row(median) row(argmin) row(topk) row(sort) row(argsort)    \
    row(cumsum) row(dot) row(mm) row(bmm) row(t) row(transpose) row(permute) row(reshape) row(view)             \
    row(flatten) row(unflatten) row(squeeze) row(unsqueeze) row(expand) row(expand_as) row(repeat) row(gather)  \
    row(index_select) row(masked_select) row(isnan) row(any) row(all) row(allclose) row(item) row(to) row(cpu)  \
    row(cuda) row(contiguous) row(is_contiguous) row(stride) row(strides) row(options) row(defined)             \
    row(backward) row(grad) row(scalar_type) row(half) row(type) row(triu) row(tril) row(flip) row(roll)          \
    row(masked_fill) row(where) row(layer_norm) row(clip) row(round) row(floor) row(sin) row(cos) row(unbind)     \
    row(unfold) row(movedim) row(swapaxes) row(broadcast_to) row(diagonal) row(cumprod) row(prod) row(logsumexp)  \
    row(nonzero) row(count_nonzero) row(diff) row(einsum) row(astype)
#define SUTURE_HANDLES(row) row(detach) row(data) row(data_ptr)
#define SUTURE_SLICES(row) \
    row(select) row(slice) row(narrow) row(index) row(split) row(chunk) row(at) row(get) \
    row(operator()) row(head) row(heads) row(token) row(tokens) row(dims)
// clang-format on

/// The members of at::Tensor that Reading lacks.
struct RefusedReads {
#define SUTURE_ONLY_TENSOR(name) \
    SUTURE_REFUSED(name, "only a tensor does this: write x.read(f) with f(const at::Tensor&)")
    SUTURE_ONLY_OF_TENSORS(SUTURE_ONLY_TENSOR)
#undef SUTURE_ONLY_TENSOR

#define SUTURE_OTHER_STORAGE(name) \
    SUTURE_REFUSED(name, "this would hand out the storage: write x.clone(), or x.read(f)")
    SUTURE_HANDLES(SUTURE_OTHER_STORAGE)
#undef SUTURE_OTHER_STORAGE

#define SUTURE_READ_AT_A_PLACE(name) \
    SUTURE_REFUSED(name, "a part is read at its place: write x[on<C>(token(4), head(3))]")
    SUTURE_SLICES(SUTURE_READ_AT_A_PLACE)
#undef SUTURE_READ_AT_A_PLACE
    template <template <Index, Index> class... Families>
        requires(sizeof...(Families) > 0)
    SUTURE_REJECTED("a part is read at its place: write x[on<C>(token(4), head(3))]",
                    at(InBraces = {}, InBraces = {}, InBraces = {}) const);
    template <template <Index, Index> class... Families>
        requires(sizeof...(Families) > 0)
    SUTURE_REJECTED("a part is read at its place: write x[on<C>(token(4), head(3))]",
                    get(InBraces = {}, InBraces = {}, InBraces = {}) const);

    template <template <Index, Index> class... Families>
        requires(sizeof...(Families) > 0)
    SUTURE_REJECTED("a part is read at its place: write x[on<C>(token(4), head(3))]",
                    part(InBraces = {}, InBraces = {}, InBraces = {}) const);
#define SUTURE_NAMED_BY_ITS_TYPE(name) SUTURE_ABSENT("a part is read at its place: write x[on<Q>()]", name);
    SUTURE_NAMED_BY_ITS_TYPE(q)
    SUTURE_NAMED_BY_ITS_TYPE(k)
    SUTURE_NAMED_BY_ITS_TYPE(v)
    SUTURE_NAMED_BY_ITS_TYPE(z)
    SUTURE_NAMED_BY_ITS_TYPE(query)
    SUTURE_NAMED_BY_ITS_TYPE(key)
    SUTURE_NAMED_BY_ITS_TYPE(value)
#undef SUTURE_NAMED_BY_ITS_TYPE
    SUTURE_ABSENT("a shape is called sizes, as in PyTorch: write x.sizes()", shape);
    SUTURE_ABSENT("a shape is called sizes, as in PyTorch: write x.sizes()", ndim);
    SUTURE_ABSENT("only a tensor does this: write x.read(f) with f(const at::Tensor&)", T);
    SUTURE_ABSENT("only a tensor does this: write x.read(f) with f(const at::Tensor&)", mT);
    SUTURE_REFUSED(tolist, "an activation lends its tensor: write x.clone(), or x.read(f)")
    template <class...>
    SUTURE_REJECTED("an activation is not a pointer: write x.sizes(), with a dot", operator->() const);
    template <class...>
    SUTURE_REJECTED("an activation is not a pointer: write x.sizes(), with a dot", operator*() const);
    template <class R>
    SUTURE_REJECTED("a pipe applies a recipe: write view | recipe", operator<<(const R&) const);
    template <class R>
    SUTURE_REJECTED("a pipe applies a recipe: write view | recipe", operator>>(const R&) const);

    SUTURE_REJECTED_CONDITION("an activation is not a condition: write (x == y).all().item<bool>()");

#define SUTURE_READ_AT_EACH(name) \
    template <class...>           \
    SUTURE_REJECTED("an activation is not a range: read x[on<C>(token(t))] for each t", name() const);
    SUTURE_READ_AT_EACH(begin)
    SUTURE_READ_AT_EACH(end)
#undef SUTURE_READ_AT_EACH
    SUTURE_REFUSED(numpy, "an activation lends its tensor: write x.clone(), or x.read(f)")
    SUTURE_REFUSED(tensor, "an activation lends its tensor: write x.clone(), or x.read(f)")
    SUTURE_REFUSED(apply, "a pipe applies a recipe: write view | recipe")
    SUTURE_REFUSED(edit, "a pipe applies a recipe: write view | recipe")
    SUTURE_REFUSED(patch, "a pipe applies a recipe: write view | recipe")
    SUTURE_REFUSED(with, "a pipe applies a recipe: write view | recipe")
    SUTURE_REFUSED(pipe, "a pipe applies a recipe: write view | recipe")
    SUTURE_REFUSED(run, "a pipe applies a recipe: write view | recipe")
    SUTURE_REFUSED(ablate, "a pipe applies a recipe: write view | on<C>().zero()")

#define SUTURE_BY_OPERATOR(name) SUTURE_REFUSED(name, "arithmetic is written with operators: write x * 2 or x + y")
    SUTURE_BY_OPERATOR(add)
    SUTURE_BY_OPERATOR(sub)
    SUTURE_BY_OPERATOR(mul)
    SUTURE_BY_OPERATOR(div)
    SUTURE_BY_OPERATOR(neg)
#undef SUTURE_BY_OPERATOR
};

// clang-format off
#define SUTURE_WRITERS(row)                                                                                       \
    row(fill_) row(zero_) row(copy_) row(add_) row(sub_) row(mul_) row(div_) row(clamp_) row(normal_)             \
    row(uniform_) row(random_) row(masked_fill_) row(index_put_) row(index_fill_) row(scatter_) row(index_add_)   \
    row(relu_) row(exp_) row(neg_) row(set_) row(resize_) row(requires_grad_)
// clang-format on

struct ViewWriters {
    SUTURE_REJECTED_NUMBER("an activation is not a number: write x.norm().item<double>()");
    SUTURE_REFUSED(zero, "a pipe applies a recipe: write view | on<C>().zero()")
    SUTURE_REFUSED(replace, "a pipe applies a recipe: write view | on<C>().set(value)")
    SUTURE_REFUSED(set, "a pipe applies a recipe: write view | on<C>().set(value)")
#define SUTURE_READ_ONLY(name) SUTURE_REFUSED(name, "a View is read-only: call clone() first")
    SUTURE_WRITERS(SUTURE_READ_ONLY)
#undef SUTURE_READ_ONLY
};
struct PieceWriters {
    SUTURE_REJECTED_NUMBER("an activation is not a number: write x.norm().item<double>()");
    SUTURE_REFUSED(set, "a View or a const Owned is read-only: write view | place.set(value)")
#define SUTURE_READ_ONLY(name) SUTURE_REFUSED(name, "a place of a View is read-only: write view | place.set(value)")
    SUTURE_WRITERS(SUTURE_READ_ONLY)
#undef SUTURE_READ_ONLY
};
struct OwnedWriters {
    SUTURE_REFUSED(zero, "an Owned is written at a place: write x[on<C>()] = value")
    SUTURE_REFUSED(release, "an Owned gives its tensor up by a move: write std::move(owned).take()")
    SUTURE_REFUSED(move, "an Owned gives its tensor up by a move: write std::move(owned).take()")
    SUTURE_REFUSED(set, "an Owned is written at a place: write x[on<C>()] = value")
#define SUTURE_AT_A_PLACE(name) SUTURE_REFUSED(name, "an Owned is written at a place: write x[on<C>()] = value")
    SUTURE_WRITERS(SUTURE_AT_A_PLACE)
#undef SUTURE_AT_A_PLACE
};
struct RegionWriters {
    SUTURE_REJECTED_NUMBER("an activation is not a number: write x.norm().item<double>()");
    SUTURE_REFUSED(zero_, "a place is written by assignment: write x[place] = 0")
    SUTURE_REFUSED(fill_, "a place is written by assignment: write x[place] = value")
    SUTURE_REFUSED(copy_, "a place is written by assignment: write x[place] = value")
    SUTURE_REFUSED(set, "a place is written by assignment: write x[place] = value")
    SUTURE_REFUSED(zero, "a place is written by assignment: write x[place] = 0")
    SUTURE_REFUSED(add_, "a place is written by assignment: write x[place] += value")
    SUTURE_REFUSED(sub_, "a place is written by assignment: write x[place] -= value")
    SUTURE_REFUSED(mul_, "a place is written by assignment: write x[place] *= value")
    SUTURE_REFUSED(div_, "a place is written by assignment: write x[place] /= value")
    SUTURE_REFUSED(clamp_, "a place is written by assignment: to clamp it, write x |= place.clamp(low, high)")
    SUTURE_REFUSED(normal_, "a place is written by assignment: to add noise, write x |= place.noise(stddev)")
};

/// What `auto [q, k, v] = view` asks for.
template <std::size_t, std::derived_from<RefusedReads> X>
SUTURE_REJECTED("split gives the parts: write auto [q, k, v] = split(view)", get(const X&));

#undef SUTURE_WRITERS
#undef SUTURE_ONLY_OF_TENSORS
#undef SUTURE_HANDLES
#undef SUTURE_SLICES
#undef SUTURE_REFUSED

}  // namespace suture::detail

#include "suture/core/end_refuse.hpp"
