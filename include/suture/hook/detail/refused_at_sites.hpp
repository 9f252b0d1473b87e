// What a site does not have, wherever it is met: under the names that PyTorch and TransformerLens give to hooks, and under
// those of the activation that passes it. Bases without template parameters, so that the declarations are read once and
// not once for each layout.
#pragma once

#include "suture/core/diagnostics.hpp"
#include "suture/tensor/torch.hpp"

#include <string>

#include "suture/core/refuse.hpp"

namespace suture::detail {

/// Hooks are added to a set, and not at a site.
struct AddedToASet {
#define SUTURE_HOOKED_BY_A_SET(name) \
    template <class...>              \
    SUTURE_REJECTED("a hook is added to a set: write hooks.add(site, recipe)", name(...) const);
    SUTURE_HOOKED_BY_A_SET(add)
    SUTURE_HOOKED_BY_A_SET(add_hook)
    SUTURE_HOOKED_BY_A_SET(add_perma_hook)
    SUTURE_HOOKED_BY_A_SET(hook)
    SUTURE_HOOKED_BY_A_SET(register_forward_hook)
    SUTURE_HOOKED_BY_A_SET(register_forward_pre_hook)
    SUTURE_HOOKED_BY_A_SET(register_full_backward_hook)
    SUTURE_HOOKED_BY_A_SET(register_hook)
    SUTURE_HOOKED_BY_A_SET(hooks)
    SUTURE_HOOKED_BY_A_SET(fwd_hooks)
    SUTURE_HOOKED_BY_A_SET(apply)
    SUTURE_HOOKED_BY_A_SET(edit)
    SUTURE_HOOKED_BY_A_SET(patch)
    SUTURE_HOOKED_BY_A_SET(ablate)
    SUTURE_HOOKED_BY_A_SET(set)
    SUTURE_HOOKED_BY_A_SET(zero)
    SUTURE_HOOKED_BY_A_SET(zero_)
#undef SUTURE_HOOKED_BY_A_SET
#define SUTURE_REMOVED_BY_A_KEY(name) \
    template <class...>               \
    SUTURE_REJECTED("a hook is removed by its key: write key.remove()", name(...) const);
    SUTURE_REMOVED_BY_A_KEY(remove)
    SUTURE_REMOVED_BY_A_KEY(remove_hooks)
    SUTURE_REMOVED_BY_A_KEY(clear_hooks)
    SUTURE_REMOVED_BY_A_KEY(reset_hooks)
#undef SUTURE_REMOVED_BY_A_KEY
    template <class R>
    SUTURE_REJECTED("a hook is added to a set: write hooks.add(site, recipe)", operator|(R&&) const);
    template <class R>
    SUTURE_REJECTED("a hook is added to a set: write hooks.add(site, recipe)", operator|=(R&&) const);
};

/// A site passes activations and keeps none.
struct WithoutValues : AddedToASet {
#define SUTURE_NOT_KEPT(name) \
    SUTURE_ABSENT("a site has no values: record them with a Latest, or change them by a recipe", name);
    SUTURE_NOT_KEPT(value)
    SUTURE_NOT_KEPT(values)
    SUTURE_NOT_KEPT(output)
    SUTURE_NOT_KEPT(activation)
    SUTURE_NOT_KEPT(activations)
    SUTURE_NOT_KEPT(tensor)
    SUTURE_NOT_KEPT(shape)
    SUTURE_NOT_KEPT(sizes)
    SUTURE_NOT_KEPT(grad)
    SUTURE_NOT_KEPT(read)
    SUTURE_NOT_KEPT(clone)
    SUTURE_NOT_KEPT(norm)
    SUTURE_NOT_KEPT(mean)
    SUTURE_NOT_KEPT(sum)
#undef SUTURE_NOT_KEPT
    SUTURE_ABSENT("a site goes by its name: write site.name()", path);
    template <class I>
    SUTURE_REJECTED("a site has no values: record them with a Latest, or change them by a recipe", operator[](const I&)
                                                                                                       const);
    SUTURE_REJECTED_CONVERSION("a site has no values: record them with a Latest, or change them by a recipe",
                               at::Tensor, const);
    SUTURE_REJECTED_CONVERSION("a site goes by its name: write site.name()", std::string, const);
#define SUTURE_NO_ARITHMETIC(symbol)                                                                             \
    template <class V>                                                                                           \
    SUTURE_REJECTED(                                                                                             \
        "a site has no values: record them with a Latest, or change them by a recipe", operator symbol(const V&) \
                                                                                           const);
    SUTURE_NO_ARITHMETIC(+)
    SUTURE_NO_ARITHMETIC(-)
    SUTURE_NO_ARITHMETIC(*)
    SUTURE_NO_ARITHMETIC(/)
    SUTURE_NO_ARITHMETIC(+=)
    SUTURE_NO_ARITHMETIC(-=)
    SUTURE_NO_ARITHMETIC(*=)
    SUTURE_NO_ARITHMETIC(/=)
#undef SUTURE_NO_ARITHMETIC
};

/// A site that was found, of whatever layout.
struct FoundSite : WithoutValues {};

}  // namespace suture::detail

#include "suture/core/end_refuse.hpp"
