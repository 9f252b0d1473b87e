// Why a path or pattern that names a submodule of a TorchScript model has no site.
#pragma once

#include "suture/hook/sites.hpp"
#include "suture/script/detail/copy.hpp"
#include "suture/tensor/error.hpp"

#include <string>

namespace suture::detail {

/// "h.0.attn" of "h.0.attn.input.1": the part of a site's path that names the module.
inline std::string module_part(std::string path) {
    const auto last = [&path] { return path.substr(path.rfind('.') + 1); };
    const auto drop = [&path] { path.resize(path.find('.') == path.npos ? 0 : path.rfind('.')); };
    const std::string whole = path;
    if (last().find_first_not_of("0123456789") == std::string::npos) drop();
    if (last() != "input" && last() != "output") return whole;
    drop();
    return path;
}

/// Explains why no site matches, if the path or pattern fits the submodules.
/// @throws HookError if they were frozen away, have another path, are never called or carry no tensor there
inline void explain_no_site(const ScriptCopy& copy, bool is_frozen, const std::string& pattern) {
    const std::string nothing = "no site matches '" + pattern + "': ", asked = module_part(pattern);
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

}  // namespace suture::detail
