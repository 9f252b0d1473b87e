// Why an exported model has no site of a path or pattern.
#pragma once

#include "suture/exported/detail/model.hpp"
#include "suture/hook/detail/no_site.hpp"
#include "suture/hook/detail/paths.hpp"
#include "suture/tensor/error.hpp"
#include "suture/text/near_words.hpp"

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

namespace suture::detail {

/// The paths of all calls: "mlp", and "mlp@1" if it is called a second time.
inline std::vector<std::string> called_paths(const ExportedModel& model) {
    std::vector<std::string> paths;
    for (const std::string& module : model.graph().modules) {
        paths.push_back(module);
        for (const ModuleUse& use : model.uses())
            if (use.call.path == module && use.call.call > 0) paths.push_back(path_of_call(use.call));
    }
    return paths;
}

/// The reason why a call of a module has no output site; empty if it has one.
inline std::string why_no_output(const ExportedModel& model, const std::string& path) {
    for (const ModuleUse& use : model.uses()) {
        if (path_of_call(use.call) != path) continue;
        if (use.no_output.empty()) return {};
        if (use.no_output.rfind("several", 0) == 0)
            return path + " has no site for its output, since " + use.no_output +
                   ": export the model with preserve_module_call_signature=(\"" + use.call.path +
                   "\",), or hook an operator or a module in it";
        return path + " has no site for its output, since " + use.no_output + ": hook the module around it";
    }
    return path + " left no operator in the graph, as an Identity does: hook the module before or after it";
}

/// Explains why nothing is found at a path or pattern, if it names modules or operators that there are.
/// @throws HookError if it does
inline void explain_no_site(const ExportedModel& model, const std::string& asked) {
    const std::string nothing = "no site matches '" + asked + "': ";
    const auto& modules = model.graph().modules;
    const auto is_module = [&](const std::string& path) {
        return path.empty() || std::find(modules.begin(), modules.end(), path) != modules.end();
    };
    if (const std::size_t colon = asked.rfind(':'); colon != asked.npos) {
        const std::string owner = asked.substr(0, colon);
        std::vector<std::string> there;
        for (const std::string& path : model.operator_paths())
            if (path_matches(owner, path.substr(0, path.rfind(':')))) there.push_back(path);
        if (std::find(there.begin(), there.end(), asked) != there.end())
            throw HookError(nothing + "this operator gives several tensors: hook those that read them");
        if (!there.empty()) {
            std::vector<std::string> names;
            for (const std::string& path : there) add_once(names, path.substr(path.rfind(':') + 1));
            throw HookError(nothing + shown_path(owner) + " has the operators " + names_text(names) +
                            near_words(asked, there));
        }
        if (!has_wildcards(owner) && is_module(owner))
            throw HookError(nothing + shown_path(owner) +
                            " has no operators of its own: name the module in it that has, as in " + owner +
                            ".0:softmax");
        return;
    }
    const std::string part = module_part(asked);
    for (const std::string& path : called_paths(model)) {
        if (!path_matches(part, path)) continue;
        if (const std::string why = why_no_output(model, path); !why.empty()) throw HookError(nothing + why);
        if (part != asked) {
            std::vector<std::string> there;
            for (std::size_t i = 0; i < model.module_sites().size(); ++i)
                if (module_part(model.path_of(i)) == path) there.push_back(model.path_of(i));
            throw HookError(nothing + "the sites of " + path + " are " + names_text(there) + ": ask for one of them");
        }
    }
}

/// The modules of the graph, for a message. Their classes were written in Python.
inline std::vector<KnownModule> known_modules(const ExportedModel& model) {
    std::vector<KnownModule> known{{"", "model", /*has_visitor=*/true, /*first_path=*/{}}};
    for (const std::string& path : model.graph().modules) known.push_back({path, "module of Python", true, {}});
    return known;
}

}  // namespace suture::detail
