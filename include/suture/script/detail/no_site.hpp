// Why a path or pattern that names a submodule of a TorchScript model has no site.
#pragma once

#include "suture/hook/detail/no_site.hpp"
#include "suture/hook/detail/paths.hpp"
#include "suture/script/detail/copy.hpp"
#include "suture/tensor/error.hpp"

#include <torch/csrc/jit/api/module.h>

#include <cstddef>
#include <string>
#include <vector>

namespace suture::detail {

/// Explains a path that names something of a submodule which is not a module: a method, a parameter, a constant.
/// @throws HookError if it does
inline void explain_attribute(const ScriptModule& module, const std::string& asked, const std::string& nothing) {
    const auto of_module = shown_path(module.path);
    const auto& type = *module.object->type();
    for (const torch::jit::Function* method : type.methods())
        if (const std::string path = joined_path(module.path, method->name()); path_matches(asked, path))
            throw HookError(nothing + path + " is a method" +
                            (method->name() == "forward"
                                 ? ", whose result is the site of " + of_module + ": write '" + module.path + "'"
                                 : ": only the forward of a submodule has sites; hook a module that the method calls"));
    for (std::size_t i = 0; i < type.numAttributes(); ++i)
        if (const std::string path = joined_path(module.path, type.getAttributeName(i));
            path_matches(asked, path) && !type.getAttribute(i)->is_module())
            throw HookError(nothing + path + " is an attribute of type " + type.getAttribute(i)->repr_str() +
                            " and not a module: hook the module that computes with it, " + of_module);
}

/// Explains why no site matches, if the path or pattern fits the submodules.
/// @throws HookError if they were frozen away, have another path, are never called or carry no tensor there, or if the
///         path names something in one of them
inline void explain_no_site(const ScriptCopy& copy, bool is_frozen, const std::string& pattern) {
    const std::string nothing = "no site matches '" + pattern + "': ", asked = module_part(pattern);
    if (!has_wildcards(pattern))
        for (const ScriptModule& module : copy.modules) explain_attribute(module, pattern, nothing);
    const std::string frozen = ": it was frozen or optimised for inference; save it unfrozen";
    if (copy.modules.size() == 1 && !asked.empty())
        throw HookError(nothing + "this TorchScript model has no submodules" +
                        (is_frozen ? frozen : ": hook its result '' or its argument 'input'"));
    for (const auto& [other, first] : copy.other_paths)
        if (path_matches(asked, other))
            throw HookError(nothing + "'" + other + "' is the same module as '" + first + "': use that path");
    for (const ScriptModule& module : copy.modules) {
        if (!path_matches(asked, module.path)) continue;
        const std::string name = module.path.empty() ? "the model" : "'" + module.path + "'";
        if (!module.called)
            throw HookError(nothing + name + " is never called by forward, as far as the model's code shows" +
                            (is_frozen ? frozen : ": hook a module that is called, inside it or around it"));
        throw HookError(nothing + name + " takes (" + module.takes + ") and returns " + module.gives +
                        ": sites are the Tensors in these, alone or in tuples, lists, dictionaries and optionals. "
                        "Hook a module before or after it");
    }
}

/// The submodules of the copy, for a message. Their classes were written in Python.
inline std::vector<KnownModule> known_modules(const ScriptCopy& copy) {
    std::vector<KnownModule> known;
    for (const ScriptModule& module : copy.modules)
        known.push_back({module.path, "torch::jit::Module", /*has_visitor=*/true, /*first_path=*/{}});
    return known;
}

}  // namespace suture::detail
