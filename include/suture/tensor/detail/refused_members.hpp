// What Views, Owneds and their places do not do, under the names that PyTorch has for it: whoever writes one out of habit
// reads what to write instead. Non-template bases, so that the declarations are read once and not once for each View.
#pragma once

#include "suture/core/component.hpp"
#include "suture/core/diagnostics.hpp"

namespace suture::detail {

// A call with up to four arguments, in braces or not.
#define SUTURE_REFUSED(name, sentence) \
    template <class...>                \
    SUTURE_REJECTED(sentence, name(InBraces = {}, InBraces = {}, InBraces = {}, InBraces = {}) const);

/// The members of at::Tensor that Reading lacks.
struct RefusedReads {
#define SUTURE_ONLY_TENSOR(name) \
    SUTURE_REFUSED(name, "only a tensor does this: write x.read([](const at::Tensor& t) {...})")
    // clang-format off
    SUTURE_ONLY_TENSOR(softmax) SUTURE_ONLY_TENSOR(log_softmax) SUTURE_ONLY_TENSOR(sigmoid) SUTURE_ONLY_TENSOR(relu)
    SUTURE_ONLY_TENSOR(gelu) SUTURE_ONLY_TENSOR(tanh) SUTURE_ONLY_TENSOR(exp) SUTURE_ONLY_TENSOR(log)
    SUTURE_ONLY_TENSOR(sqrt) SUTURE_ONLY_TENSOR(pow) SUTURE_ONLY_TENSOR(square) SUTURE_ONLY_TENSOR(abs)
    SUTURE_ONLY_TENSOR(std) SUTURE_ONLY_TENSOR(var) SUTURE_ONLY_TENSOR(median) SUTURE_ONLY_TENSOR(argmin)
    SUTURE_ONLY_TENSOR(topk) SUTURE_ONLY_TENSOR(sort) SUTURE_ONLY_TENSOR(argsort) SUTURE_ONLY_TENSOR(cumsum)
    SUTURE_ONLY_TENSOR(dot) SUTURE_ONLY_TENSOR(mm) SUTURE_ONLY_TENSOR(bmm) SUTURE_ONLY_TENSOR(t)
    SUTURE_ONLY_TENSOR(transpose) SUTURE_ONLY_TENSOR(permute) SUTURE_ONLY_TENSOR(reshape) SUTURE_ONLY_TENSOR(view)
    SUTURE_ONLY_TENSOR(flatten) SUTURE_ONLY_TENSOR(unflatten) SUTURE_ONLY_TENSOR(squeeze) SUTURE_ONLY_TENSOR(unsqueeze)
    SUTURE_ONLY_TENSOR(expand) SUTURE_ONLY_TENSOR(expand_as) SUTURE_ONLY_TENSOR(repeat) SUTURE_ONLY_TENSOR(gather)
    SUTURE_ONLY_TENSOR(index_select) SUTURE_ONLY_TENSOR(masked_select) SUTURE_ONLY_TENSOR(isnan) SUTURE_ONLY_TENSOR(any)
    SUTURE_ONLY_TENSOR(all) SUTURE_ONLY_TENSOR(allclose) SUTURE_ONLY_TENSOR(item) SUTURE_ONLY_TENSOR(to)
    SUTURE_ONLY_TENSOR(cpu) SUTURE_ONLY_TENSOR(cuda) SUTURE_ONLY_TENSOR(contiguous) SUTURE_ONLY_TENSOR(is_contiguous)
    SUTURE_ONLY_TENSOR(stride) SUTURE_ONLY_TENSOR(strides) SUTURE_ONLY_TENSOR(options) SUTURE_ONLY_TENSOR(defined)
    SUTURE_ONLY_TENSOR(backward) SUTURE_ONLY_TENSOR(grad) SUTURE_ONLY_TENSOR(scalar_type)
    // clang-format on
#undef SUTURE_ONLY_TENSOR

#define SUTURE_OTHER_STORAGE(name) \
    SUTURE_REFUSED(name, "this would hand out the storage: write x.clone(), or x.read(f)")
                                        SUTURE_OTHER_STORAGE(detach) SUTURE_OTHER_STORAGE(data) SUTURE_OTHER_STORAGE(
                                            data_ptr)
#undef SUTURE_OTHER_STORAGE

#define SUTURE_READ_AT_A_PLACE(name) \
    SUTURE_REFUSED(name, "a part is read at its place: write x[on<C>(token(4), head(3))]")
                                            SUTURE_READ_AT_A_PLACE(select) SUTURE_READ_AT_A_PLACE(
                                                slice) SUTURE_READ_AT_A_PLACE(narrow) SUTURE_READ_AT_A_PLACE(index)
                                                SUTURE_READ_AT_A_PLACE(split) SUTURE_READ_AT_A_PLACE(chunk)
                                                    SUTURE_READ_AT_A_PLACE(at) SUTURE_READ_AT_A_PLACE(get)
                                                        SUTURE_READ_AT_A_PLACE(operator()) SUTURE_READ_AT_A_PLACE(head)
                                                            SUTURE_READ_AT_A_PLACE(heads) SUTURE_READ_AT_A_PLACE(token)
                                                                SUTURE_READ_AT_A_PLACE(tokens)
                                                                    SUTURE_READ_AT_A_PLACE(dims)
#undef SUTURE_READ_AT_A_PLACE
                                                                        template <template <Index, Index> class...>
                                                                        SUTURE_REJECTED(
                                                                            "a part is read at its place: write "
                                                                            "x[on<C>(token(4), head(3))]",
                                                                            at(InBraces = {}, InBraces = {},
                                                                               InBraces = {}) const);
    template <template <Index, Index> class...>
    SUTURE_REJECTED("a part is read at its place: write x[on<C>(token(4), head(3))]",
                    get(InBraces = {}, InBraces = {}, InBraces = {}) const);

    SUTURE_REFUSED(apply, "a pipe applies a recipe: write view | recipe")
    SUTURE_REFUSED(edit, "a pipe applies a recipe: write view | recipe")
    SUTURE_REFUSED(patch, "a pipe applies a recipe: write view | recipe")

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
#define SUTURE_READ_ONLY(name) SUTURE_REFUSED(name, "a View is read-only: call clone() first")
    SUTURE_WRITERS(SUTURE_READ_ONLY)
#undef SUTURE_READ_ONLY
};
struct PieceWriters {
#define SUTURE_READ_ONLY(name) SUTURE_REFUSED(name, "a place of a View is read-only: write view | place.set(value)")
    SUTURE_WRITERS(SUTURE_READ_ONLY)
#undef SUTURE_READ_ONLY
};
struct OwnedWriters {
#define SUTURE_AT_A_PLACE(name) SUTURE_REFUSED(name, "an Owned is written at a place: write x[on<C>()] = value")
    SUTURE_WRITERS(SUTURE_AT_A_PLACE)
#undef SUTURE_AT_A_PLACE
};
struct RegionWriters {
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

#undef SUTURE_WRITERS
#undef SUTURE_REFUSED

}  // namespace suture::detail
