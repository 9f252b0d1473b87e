// A pointer to a module of a decoder that is not a site itself: a block, its attention or its MLP. Whoever reaches for a member
// with a dot reads that it is a pointer.
#pragma once

#include "suture/core/diagnostics.hpp"

#include <memory>
#include <utility>

#include "suture/core/refuse.hpp"

namespace suture::detail {

struct BehindAPointer {
#define SUTURE_BEHIND_A_POINTER(name) \
    SUTURE_ABSENT("the modules in a block are pointers: write model->blocks[1]->attn->qkv", name);
    SUTURE_BEHIND_A_POINTER(attn)
    SUTURE_BEHIND_A_POINTER(mlp)
    SUTURE_BEHIND_A_POINTER(attn_norm)
    SUTURE_BEHIND_A_POINTER(mlp_norm)
    SUTURE_BEHIND_A_POINTER(resid_pre)
    SUTURE_BEHIND_A_POINTER(resid_mid)
    SUTURE_BEHIND_A_POINTER(resid_post)
    SUTURE_BEHIND_A_POINTER(qkv)
    SUTURE_BEHIND_A_POINTER(q)
    SUTURE_BEHIND_A_POINTER(k)
    SUTURE_BEHIND_A_POINTER(v)
    SUTURE_BEHIND_A_POINTER(out)
    SUTURE_BEHIND_A_POINTER(down)
    SUTURE_BEHIND_A_POINTER(hidden)
    SUTURE_BEHIND_A_POINTER(act)
    SUTURE_BEHIND_A_POINTER(z)
    SUTURE_BEHIND_A_POINTER(scores)
    SUTURE_BEHIND_A_POINTER(pattern)
    SUTURE_BEHIND_A_POINTER(result)
    SUTURE_BEHIND_A_POINTER(attn_in)
    SUTURE_BEHIND_A_POINTER(q_input)
    SUTURE_BEHIND_A_POINTER(k_input)
    SUTURE_BEHIND_A_POINTER(v_input)
    SUTURE_BEHIND_A_POINTER(mlp_in)
    SUTURE_BEHIND_A_POINTER(hook_resid_pre)
    SUTURE_BEHIND_A_POINTER(hook_resid_post)
#undef SUTURE_BEHIND_A_POINTER
    template <class...>
    SUTURE_REJECTED("the modules in a block are pointers: write model->blocks[1]->forward(x)", forward(...) const);
    template <class...>
    SUTURE_REJECTED("the modules in a block are pointers: write model->blocks[1]->forward(x)", operator()(...) const);
};

/// A shared pointer to a module.
template <class Impl>
struct ModulePointer : std::shared_ptr<Impl>, BehindAPointer {
    using std::shared_ptr<Impl>::shared_ptr;
    ModulePointer() = default;
    ModulePointer(std::shared_ptr<Impl> module) : std::shared_ptr<Impl>(std::move(module)) {}
};

}  // namespace suture::detail

#include "suture/core/end_refuse.hpp"
