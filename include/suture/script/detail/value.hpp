// The tensors in a TorchScript value, and the hooks at their sites.
// Law: hooks see the tensors of a value in order, and leave a value of the same type; an unedited value stays itself.
#pragma once

#include "suture/hook/callback.hpp"
#include "suture/hook/detail/run_hooks.hpp"
#include "suture/hook/detail/scope_link.hpp"
#include "suture/hook/site.hpp"
#include "suture/tensor/torch.hpp"

#include <ATen/core/ivalue.h>
#include <ATen/core/jit_type.h>
#include <ATen/ops/empty_like.h>

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

namespace suture::detail {

/// The tensors in a value, and the site of each. The elements of a list share one site, as do the values of a dictionary;
/// an optional has the sites of the value that it may hold.
struct ScriptValue {
    enum class Kind : unsigned char { other, tensor, tuple, list, dict };
    Kind is = Kind::other;
    const Site* site = nullptr;       ///< of a tensor
    std::vector<ScriptValue> inside;  ///< of a tuple, its elements; of a list or dictionary, what each element is

    /// Whether something waits at one of the sites, in the scopes of this thread.
    bool is_hooked() const {
        if (is == Kind::tensor) return detail::is_hooked(*site);
        return std::any_of(inside.begin(), inside.end(), [](const ScriptValue& v) { return v.is_hooked(); });
    }

    /// Runs the hooks at the sites. @return whether they replaced the value
    bool run_hooks_on(c10::IValue& value) const {
        switch (is) {
            case Kind::tensor:
                return run_on_tensor(value);
            case Kind::tuple:
                return run_on_tuple(value);
            case Kind::list:
                return run_on_list(value);
            case Kind::dict:
                return run_on_dict(value);
            default:
                return false;
        }
    }

private:
    bool run_on_tensor(c10::IValue& value) const {
        if (!value.isTensor() || !value.toTensor().defined()) return false;  // the None of an optional
        const at::Tensor before = std::move(value).toTensor();
        at::Tensor after = before;
        run_hooks(*site, after);
        const bool changed = !after.is_same(before);
        if (changed) {
            try {
                after = in_place_of(before, check_replacement(std::move(after), before));
            } catch (...) {
                rethrow_at(site->name());
            }
        }
        value = std::move(after);
        return changed;
    }

    /// The replacement, in the memory order of the tensor that it replaces: the model may call view() on it.
    static at::Tensor in_place_of(const at::Tensor& before, at::Tensor after) {
        if (before.layout() != at::kStrided || !before.is_non_overlapping_and_dense()) return after;
        if (after.strides() == before.strides()) return after;
        return at::empty_like(before).copy_(after);
    }

    bool run_on_tuple(c10::IValue& value) const {
        if (!value.isTuple()) return false;
        const auto tuple = value.toTuple();
        std::vector<c10::IValue> elements(tuple->elements().begin(), tuple->elements().end());
        bool changed = false;
        for (std::size_t i = 0; i < elements.size() && i < inside.size(); ++i)
            changed |= inside[i].run_hooks_on(elements[i]);
        if (!changed) return false;
        const auto type = tuple->type();
        value = type->schema() ? c10::ivalue::Tuple::createNamed(std::move(elements), type)
                               : c10::ivalue::Tuple::create(std::move(elements));
        return true;
    }

    /// Others may hold the same list or dictionary: the submodule gets a changed copy.
    bool run_on_list(c10::IValue& value) const {
        if (!value.isList()) return false;
        c10::List<c10::IValue> list = value.toList();
        bool changed = false;
        for (std::size_t i = 0; i < list.size(); ++i) {
            c10::IValue element = list.get(i);
            if (!inside.front().run_hooks_on(element)) continue;
            if (!std::exchange(changed, true)) list = list.copy();
            list.set(i, std::move(element));
        }
        if (changed) value = list;
        return changed;
    }

    bool run_on_dict(c10::IValue& value) const {
        if (!value.isGenericDict()) return false;
        const auto dict = value.toGenericDict();
        auto copy = dict.copy();
        bool changed = false;
        for (const auto& entry : dict) {
            c10::IValue element = entry.value();
            if (!inside.front().run_hooks_on(element)) continue;
            changed = true;
            copy.insert_or_assign(entry.key(), std::move(element));
        }
        if (changed) value = copy;
        return changed;
    }
};

}  // namespace suture::detail
