// Why a model has no site of a path or pattern, in the words of whoever asked: what is there instead, and what to do.
// All of it is found out when the error is made.
#pragma once

#include "suture/core/layout.hpp"
#include "suture/hook/detail/paths.hpp"
#include "suture/hook/detail/usual_names.hpp"
#include "suture/tensor/describe.hpp"
#include "suture/tensor/error.hpp"
#include "suture/tensor/joined.hpp"
#include "suture/text/near_words.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace suture::detail {

/// A model as far as such a message needs it.
struct KnownSite {
    std::string path;
    const LayoutFacts* layout = nullptr;  ///< null if the site has none
};
struct KnownModule {
    std::string path, name;   ///< "h.0.proj", and its class as the user writes it: "torch::nn::Linear"
    bool has_visitor = true;  ///< it derives from HasSites
    std::string first_path;   ///< the path under which the same module stands already; empty if it stands here first
};
struct KnownModel {
    std::vector<KnownSite> sites;
    std::vector<KnownModule>
        modules;  ///< the model itself first, with an empty path; none if it is not made of modules
    std::vector<std::string> tensors;  ///< the paths of parameters and buffers
};

/// What was asked for, and of whom.
struct AskedSite {
    std::string path;
    bool is_pattern;
    const KnownModel& model;
};

/// "torch::nn::Linear" for the class torch::nn::LinearImpl, "Block<64>" for a BlockImpl<64> in a namespace without a name.
inline std::string holder_name(std::string of_class) {
    const std::size_t arguments = of_class.find('<');
    if (const std::size_t local = of_class.rfind(")::", arguments); local != of_class.npos)
        of_class.erase(0, local + 3);
    const std::size_t end = std::min(of_class.find('<'), of_class.size());
    if (end > 4 && of_class.compare(end - 4, 4, "Impl") == 0) of_class.erase(end - 4, 4);
    for (std::size_t i = of_class.size(); i-- > 1;)  // demangled numbers have the suffix of their type: 64l
        if (of_class[i] == 'l' && std::isdigit(static_cast<unsigned char>(of_class[i - 1])) != 0 &&
            (i + 1 == of_class.size() || std::string_view(",> ").find(of_class[i + 1]) != std::string_view::npos))
            of_class.erase(i, 1);
    constexpr std::size_t longest = 60;
    return of_class.size() <= longest ? of_class : of_class.substr(0, of_class.find('<'));
}
inline bool is_in_namespace(const KnownModule& module, const char* space) { return module.name.rfind(space, 0) == 0; }
/// Whether the user wrote the class of the module.
inline bool is_own_class(const KnownModule& module) {
    return !is_in_namespace(module, "torch::") && !is_in_namespace(module, "suture::");
}

inline std::string shown_path(const std::string& path) { return path.empty() ? "the model" : path; }
inline bool is_below(const std::string& path, const std::string& module) {
    return module.empty() || (path.size() > module.size() && path.rfind(module + ".", 0) == 0);
}

/// "0 to 11, ln_f": the names, at most a dozen, with runs of numbers as their first and last one.
inline std::string names_text(const std::vector<std::string>& names) {
    constexpr std::size_t most = 12;
    std::vector<std::string> parts;
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (parts.size() == most) {
            parts.push_back("...");
            break;
        }
        std::size_t last = i;
        while (last + 1 < names.size() && is_all_digits(names[last]) && names[last].size() < 9 &&
               names[last + 1] == std::to_string(std::stoul(names[last]) + 1))
            ++last;
        if (last > i + 1) {
            parts.push_back(names[i] + " to " + names[last]);
            i = last;
        } else {
            parts.push_back(names[i]);
        }
    }
    return joined(parts, ", ");
}

inline void add_once(std::vector<std::string>& names, const std::string& name) {
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
}

/// The names of the modules and sites directly inside a module.
inline std::vector<std::string> names_inside(const KnownModel& model, const std::string& module) {
    std::vector<std::string> names;
    const auto add = [&](const std::string& path) {
        if (path.empty() || path == module || !is_below(path, module)) return;
        const std::string rest = module.empty() ? path : path.substr(module.size() + 1);
        add_once(names, rest.substr(0, rest.find('.')));
    };
    for (const KnownModule& m : model.modules) add(m.path);
    for (const KnownSite& s : model.sites) add(s.path);
    return names;
}

/// The sites at a module and inside it.
inline std::vector<std::string> sites_under(const KnownModel& model, const std::string& module) {
    std::vector<std::string> paths;
    for (const KnownSite& s : model.sites)
        if (s.path == module || is_below(s.path, module)) paths.push_back(s.path);
    return paths;
}

// Each reason gives its sentence, or an empty text if it is not the one.

inline std::string path_is_a_pattern(const AskedSite& asked) {
    if (asked.is_pattern || !has_wildcards(asked.path)) return {};
    for (const KnownSite& s : asked.model.sites)
        if (path_matches(asked.path, s.path))
            return "site takes one path as it stands: for a pattern write sites<Layout>(model, \"" + asked.path + "\")";
    return {};
}

inline std::string module_has_another_path(const AskedSite& asked) {
    const std::vector<std::string> steps = steps_of(asked.path);
    for (const KnownModule& m : asked.model.modules) {
        const std::size_t depth = steps_of(m.path).size();
        if (m.first_path.empty() || depth > steps.size() || path_of(steps, 0, depth) != m.path) continue;
        return m.path + " is the same module as " + m.first_path + ": write " +
               joined_path(m.first_path, path_of(steps, depth, steps.size()));
    }
    return {};
}

/// "h.0.resid_pre.input": there is a site or module, which has other sites.
inline std::string site_is_of_another_kind(const AskedSite& asked) {
    const std::string part = module_part(asked.path);
    if (part == asked.path) return {};
    for (const KnownSite& s : asked.model.sites) {
        const std::string owner = s.path == part ? s.path : module_part(s.path);
        if (!path_matches(part, owner)) continue;
        std::vector<std::string> there;
        for (const KnownSite& other : asked.model.sites)
            if (other.path == owner || module_part(other.path) == owner)
                there.push_back(other.path.empty() ? "''" : other.path);
        if (there.size() == 1) return there.front() + " has one site: write that path alone";
        return "the only sites of " + shown_path(owner) + " are " + joined(there, ", ") + ": ask for one of them";
    }
    return {};
}

inline std::string why_module_is_no_site(const AskedSite& asked, const KnownModule& module) {
    const std::vector<std::string> inside = sites_under(asked.model, module.path);
    const std::string is = shown_path(module.path) + " is a plain " + module.name;
    if (!inside.empty())
        return is + ", with no site of its own: ask for a site inside it, such as " +
               joined(std::vector<std::string>(
                          inside.begin(),
                          inside.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(inside.size(), 3))),
                      ", ");
    if (module.name == "torch::nn::ModuleList" || module.name == "torch::nn::ModuleDict")
        return is + " of modules without sites: declare them as Hooked<Module, Layout>";
    const std::string hooked = "declare it as Hooked<" + module.name + ", Layout>";
    if (!is_own_class(module)) return is + ": " + hooked;
    if (module.has_visitor)
        return shown_path(module.path) + " is a " + module.name +
               " whose visit_sites shows no site: visit its HookPoints there, or " + hooked;
    return is + ": " + hooked + ", or, for HookPoints in it, derive it from HasSites and visit them";
}
inline std::string module_is_no_site(const AskedSite& asked) {
    for (const std::string& part : {asked.path, module_part(asked.path)})
        for (const KnownModule& m : asked.model.modules)
            if (m.first_path.empty() && path_matches(part, m.path)) return why_module_is_no_site(asked, m);
    return {};
}

inline std::string tensor_is_no_activation(const AskedSite& asked) {
    if (has_wildcards(last_step(asked.path))) return {};
    for (const std::string& tensor : asked.model.tensors)
        if (path_matches(asked.path, tensor))
            return tensor + " is a parameter or a buffer, which hooks do not see: ask for the site of its module, " +
                   shown_path(parent_path(tensor));
    return {};
}

inline std::string model_has_no_sites(const AskedSite& asked) {
    if (!asked.model.sites.empty()) return {};
    const bool lacks_visitor = std::any_of(asked.model.modules.begin(), asked.model.modules.end(),
                                           [](const KnownModule& m) { return is_own_class(m) && !m.has_visitor; });
    return std::string("the model has no sites: give it HookPoints or Hooked modules") +
           (lacks_visitor ? ", and derive each module with a HookPoint from HasSites" : "");
}

/// The step of a path that is the number of a layer, or a pattern for it; empty if no step is one.
inline std::string layer_step(const std::string& path) {
    for (const std::string& step : steps_of(path))
        if (is_all_digits(step) || has_wildcards(step)) return step;
    return {};
}

/// The component that was asked for, by its usual names or by its own one: "Q"; empty if it cannot be told.
inline std::string asked_family(const AskedSite& asked) {
    if (const UsualNames* row = usually_named(asked.path)) return std::string(row->family);
    const auto is_same = [](unsigned char a, unsigned char b) { return std::tolower(a) == std::tolower(b); };
    const std::string last = last_step(asked.path);
    for (const KnownSite& s : asked.model.sites)
        if (s.layout)
            for (const ComponentFacts& c : *s.layout) {
                const std::string_view name = c.name;
                if (std::equal(name.begin(), name.end(), last.begin(), last.end(), is_same)) return std::string(name);
            }
    return {};
}

/// "Q is part of h.3.attn.c_attn", "this model calls it h.3.resid_post": the site of the same layer that has what was
/// asked for, under another name or among other components.
inline std::string site_has_another_name(const AskedSite& asked) {
    const UsualNames* row = usually_named(asked.path);
    const std::string family = asked_family(asked);
    if (!row && family.empty()) return {};
    const std::string layer = layer_step(asked.path);
    std::vector<std::string> layers;
    std::vector<const KnownSite*> called, alone, packed, untyped;
    const auto look = [&](const KnownSite& s) {
        const std::vector<std::string> steps = steps_of(s.path);
        const bool has = s.layout && std::any_of(s.layout->begin(), s.layout->end(),
                                                 [&](const ComponentFacts& c) { return c.name == family; });
        if (row && (has || !s.layout) &&
            std::any_of(row->ends.begin(), row->ends.end(), [&](auto end) { return steps_in_end(steps, end) > 0; }))
            called.push_back(&s);
        else if (has)
            (s.layout->count == 1 ? alone : packed).push_back(&s);
        else if (!s.layout && !family.empty() && usually_packs(s.path, family))
            untyped.push_back(&s);
    };
    // Inside a module that exists, the name can only mean what is in that module.
    const std::vector<std::string> parent = steps_of(parent_path(asked.path));
    const auto is_inside = [&](const std::string& path) {
        const std::vector<std::string> there = steps_of(path);
        return there.size() >= parent.size() &&
               path_matches(path_of(parent, 0, parent.size()), path_of(there, 0, parent.size()));
    };
    const auto has_parent = [&](const auto& known) {
        return std::any_of(known.begin(), known.end(), [&](const auto& each) { return is_inside(each.path); });
    };
    const bool only_inside = has_parent(asked.model.modules) || has_parent(asked.model.sites);
    for (const KnownSite& s : asked.model.sites) {
        const std::string number = layer_step(s.path);
        if (is_all_digits(number)) add_once(layers, number);
        if (!layer.empty() && !path_matches(layer, number)) continue;
        if (!only_inside || is_inside(s.path)) look(s);
    }
    // A pattern of layers stays one.
    const auto path_in = [&](const KnownSite& s) {
        return joined(steps_of(s.path), ".", [&](const std::string& step) {
            return is_all_digits(step) && has_wildcards(layer) ? layer : step;
        });
    };
    const auto in_first_layer = std::count_if(alone.begin(), alone.end(), [&](const KnownSite* s) {
        return layer_step(s->path) == layer_step(alone.front()->path);
    });
    if (called.empty() && packed.empty() && in_first_layer == 1) called = alone;
    if (!called.empty()) return "this model calls it " + path_in(*called.front()) + ": ask for that";
    if (!packed.empty())
        return family + " is part of " + path_in(*packed.front()) + ", packed as " +
               layout_text(*packed.front()->layout) + ": ask for that site and name on<" + family + ">()";
    if (!untyped.empty())
        return family + " is usually part of " + path_in(*untyped.front()) +
               ", which has no layout: ask for that site with the layout that packs it, and name on<" + family + ">()";
    if (is_all_digits(layer) && !layers.empty() && std::find(layers.begin(), layers.end(), layer) == layers.end())
        return "the model has no layer " + layer + ": its layers are " + names_text(layers);
    return {};
}

/// A path that lacks its first steps, or has steps of a model around this one.
inline std::string path_is_not_whole(const AskedSite& asked) {
    const std::vector<std::string> steps = steps_of(asked.path);
    if (has_wildcards(last_step(asked.path))) return {};
    for (const KnownSite& s : asked.model.sites) {
        const std::vector<std::string> there = steps_of(s.path);
        if (there.size() > steps.size() &&
            path_matches(asked.path, path_of(there, there.size() - steps.size(), there.size())))
            return (asked.is_pattern ? "a pattern stands for the whole path, such as "
                                     : "a site has its whole path, such as ") +
                   s.path + ": write that, or sites<Layout>(model, \"" +
                   joined(there, ".", [](const std::string& step) { return is_all_digits(step) ? "*" : step; }) + "\")";
        for (std::size_t first = 1; first < steps.size(); ++first)
            if (path_matches(path_of(steps, first, steps.size()), s.path))
                return "paths begin inside the model: write " + path_of(steps, first, steps.size());
    }
    return {};
}

/// The longest beginning of the path that there is, in at most all steps but one; empty for the model itself.
inline std::string longest_beginning(const AskedSite& asked) {
    const std::vector<std::string> steps = steps_of(asked.path);
    for (std::size_t length = steps.empty() ? 0 : steps.size() - 1; length > 0; --length) {
        const std::string pattern = path_of(steps, 0, length);
        const auto fits = [&](const std::string& path) {
            const std::vector<std::string> there = steps_of(path);
            const std::string beginning = path_of(there, 0, std::min(length, there.size()));
            return path_matches(pattern, beginning) ? beginning : std::string();
        };
        for (const KnownModule& m : asked.model.modules)
            if (const std::string found = fits(m.path); !found.empty()) return found;
        for (const KnownSite& s : asked.model.sites)
            if (const std::string found = fits(s.path); !found.empty()) return found;
    }
    return {};
}

/// What a user who wrote the class may have forgotten, if what was asked for is not a misspelt name.
inline std::string forgotten_in_class(const AskedSite& asked, const std::string& at,
                                      const std::vector<std::string>& rest,
                                      const std::vector<std::string>& names_there) {
    if (!near_words(rest.front(), names_there).empty() || has_wildcards(rest.front())) return {};
    for (const KnownModule& m : asked.model.modules) {
        if (m.path != at || !is_own_class(m)) continue;
        if (rest.size() > 1) return "; a submodule is found if register_module has it";
        if (!m.has_visitor)
            return "; " + m.name +
                   " does not derive from HasSites, so its HookPoints are not found: derive it from HasSites and "
                   "visit " +
                   rest.front();
        return "; a HookPoint is found if visit_sites of " + m.name + " visits it";
    }
    return {};
}

/// "h has no 7: it has 0 to 3": how far the path is right, and how it could go on.
inline std::string path_goes_wrong(const AskedSite& asked) {
    const std::string at = longest_beginning(asked);
    const std::vector<std::string> steps = steps_of(asked.path), names_there = names_inside(asked.model, at);
    const std::vector<std::string> rest(steps.begin() + static_cast<std::ptrdiff_t>(steps_of(at).size()), steps.end());
    const bool is_site = std::any_of(asked.model.sites.begin(), asked.model.sites.end(),
                                     [&at](const KnownSite& s) { return s.path == at; });
    if (names_there.empty() && is_site) return at + " is a site with nothing inside it: ask for " + at;
    const std::string has = names_there.empty() ? "no module or site inside it" : names_text(names_there);
    const std::string who = at.empty() ? "the model" : at;
    if (rest.empty() || has_wildcards(rest.front())) return who + " has " + has;
    return who + " has no " + rest.front() + ": it has " + has + forgotten_in_class(asked, at, rest, names_there);
}

/// @throws HookError always
[[noreturn]] inline void throw_no_site(const AskedSite& asked) {
    const std::string nothing = "no site matches '" + asked.path + "'";
    constexpr std::array sure{path_is_a_pattern, module_has_another_path, site_is_of_another_kind,
                              module_is_no_site, tensor_is_no_activation, model_has_no_sites,
                              path_is_not_whole, site_has_another_name};
    for (const auto& reason : sure)
        if (const std::string why = reason(asked); !why.empty()) throw HookError(nothing + ": " + why);
    std::vector<std::string> paths;
    for (const KnownSite& s : asked.model.sites) paths.push_back(s.path);
    throw HookError(nothing + near_words(asked.path, paths) + ": " + path_goes_wrong(asked));
}

}  // namespace suture::detail
