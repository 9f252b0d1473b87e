// TorchScript modules that fit on a line, and hooks for them.
#pragma once

#include <suture/hook/hook_set.hpp>
#include <suture/script/script.hpp>

#include <ATen/ATen.h>
#include <torch/csrc/jit/frontend/resolver.h>
#include <torch/csrc/jit/frontend/sugared_value.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace script_modules {

using torch::jit::Module;

/// The names that a forward may use besides "torch": `fork` starts a method in another thread, `torch.wait` waits for it.
struct forking : torch::jit::Resolver {
    std::shared_ptr<torch::jit::SugaredValue> resolveValue(const std::string& name, torch::jit::GraphFunction& in,
                                                           const torch::jit::SourceRange& at) override {
        if (name == "fork") return torch::jit::SpecialFormValue::create(c10::prim::fork);
        return torch::jit::nativeResolver()->resolveValue(name, in, at);
    }
};

/// A module with children and a forward: the body of "def forward(self, x):", or definitions in full.
inline Module module(const std::vector<std::pair<std::string, Module>>& children, const std::string& code) {
    Module made("__torch__.Made");
    for (const auto& [name, child] : children) made.register_module(name, child);
    const bool in_full = code.rfind("def ", 0) == 0;
    made.define(in_full ? code : "def forward(self, x):\n  " + code, std::make_shared<forking>());
    return made;
}
/// x -> 2 x
inline Module doubling() { return module({}, "return x * 2\n"); }

inline const at::Tensor x = at::ones({2});
inline at::Tensor filled(double value) { return at::full({2}, value); }

/// The result of a model while a callback is at one of its sites.
template <class Callback>
at::Tensor hooked(const suture::Script& model, const std::string& path, Callback callback) {
    suture::HookSet hooks;
    hooks.add(site(model, path), callback);
    const auto scope = hooks.activate();
    at::Tensor result = model(x);
    scope.end();  // may throw: clang 14 would leak what a function returns if its destructor threw
    return result;
}

inline const auto add_one = [](const at::Tensor& t) { return t + 1; };
inline const auto look = [](const at::Tensor&) {};

}  // namespace script_modules
