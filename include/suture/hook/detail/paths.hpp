// Paths of modules and sites: steps with dots between them, as in "h.3.attn.c_attn".
#pragma once

#include <fnmatch.h>

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

namespace suture::detail {

inline std::string joined_path(const std::string& path, const std::string& name) {
    return path.empty() || name.empty() ? path + name : path + "." + name;
}

inline std::vector<std::string> steps_of(const std::string& path) {
    std::vector<std::string> steps;
    if (path.empty()) return steps;
    std::size_t begin = 0;
    for (std::size_t dot; (dot = path.find('.', begin)) != path.npos; begin = dot + 1)
        steps.push_back(path.substr(begin, dot - begin));
    steps.push_back(path.substr(begin));
    return steps;
}
/// The path of the steps [begin, end).
inline std::string path_of(const std::vector<std::string>& steps, std::size_t begin, std::size_t end) {
    std::string path;
    for (std::size_t i = begin; i < end; ++i) path = joined_path(path, steps[i]);
    return path;
}
inline std::string parent_path(const std::string& path) {
    return path.find('.') == path.npos ? std::string() : path.substr(0, path.rfind('.'));
}
inline std::string last_step(const std::string& path) { return path.substr(path.rfind('.') + 1); }

inline bool is_all_digits(const std::string& step) {
    return !step.empty() && step.find_first_not_of("0123456789") == step.npos;
}
inline bool has_wildcards(const std::string& path) { return path.find_first_of("*?[") != path.npos; }

/// Whether a path matches a pattern in the syntax of `sites`.
inline bool path_matches(std::string pattern, std::string path) {
    std::replace(pattern.begin(), pattern.end(), '.', '/');
    std::replace(path.begin(), path.end(), '.', '/');
    return ::fnmatch(pattern.c_str(), path.c_str(), FNM_PATHNAME) == 0;
}

/// "h.0.attn" of "h.0.attn.input.1": the part of a site's path that names the module.
inline std::string module_part(const std::string& path) {
    const std::string whole = is_all_digits(last_step(path)) ? parent_path(path) : path;
    return last_step(whole) == "input" || last_step(whole) == "output" ? parent_path(whole) : path;
}

}  // namespace suture::detail
