// Labels: what the places on the axes of a sweep's result are called. Law: no two labels of an axis are the same.
#pragma once

#include "suture/sweep/grid.hpp"
#include "suture/tensor/describe.hpp"

#include <cstddef>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace suture::detail {

using Labels = std::vector<std::string>;

/// The first of these lists in which no two labels are the same; the last one if there is none.
inline Labels first_distinct(std::vector<Labels> lists) {
    for (Labels& labels : lists)
        if (std::set<std::string>(labels.begin(), labels.end()).size() == labels.size()) return std::move(labels);
    return std::move(lists.back());
}
/// f of each element.
template <class T, class F>
Labels labels_of(const std::vector<T>& all, const F& f) {
    Labels labels;
    for (const T& one : all) labels.push_back(f(one));
    return labels;
}
/// "3", "4", "5"
inline Labels numbered(Index begin, Index count) {
    Labels labels;
    for (Index i = begin; i < begin + count; ++i) labels.push_back(std::to_string(i));
    return labels;
}

/// "3" of "h.3.attn.c_attn": the number in a path. The whole path if it has none, or several.
inline std::string layer_of(const std::string& path) {
    std::string number;
    for (std::size_t begin = 0; begin <= path.size();) {
        const std::size_t end = std::min(path.find('.', begin), path.size());
        const std::string step = path.substr(begin, end - begin);
        begin = end + 1;
        if (step.empty() || step.find_first_not_of("0123456789") != step.npos) continue;
        if (!number.empty()) return path;
        number = step;
    }
    return number.empty() ? path : number;
}
/// Layers are called by their numbers; by their paths where numbers would not tell two apart; by their places where a site
/// has no name.
inline Labels layer_labels(const std::vector<SiteRef<AnyLayout>>& sites) {
    Labels places = numbered(0, static_cast<Index>(sites.size()));
    for (const SiteRef<AnyLayout>& site : sites)
        if (!site.site().has_name()) return places;
    const auto number = [](const SiteRef<AnyLayout>& site) { return layer_of(site.name()); };
    const auto path = [](const SiteRef<AnyLayout>& site) { return site.name(); };
    return first_distinct({labels_of(sites, number), labels_of(sites, path), std::move(places)});
}
/// "Q"; where two components of a grid have one name, the last step of their sites' paths, "resid_pre"; or both in full,
/// "Resid<768> at h.0.resid_pre".
inline Labels component_labels(const std::vector<GridPart>& parts) {
    const auto name = [](const GridPart& part) { return part.name; };
    const auto at_site = [](const GridPart& part) {
        const std::string& path = part.sites.front().name();
        return path.substr(path.rfind('.') + 1);
    };
    const auto in_full = [](const GridPart& part) {
        const ComponentFacts facts{part.name.c_str(), part.part.where.width, part.part.heads / part.part.where.groups};
        return component_text(facts) + " at " + part.sites.front().name();
    };
    return first_distinct({labels_of(parts, name), labels_of(parts, at_site), labels_of(parts, in_full)});
}
/// "Q[token 3] *= 0.5"; where two recipes read the same, "1: Q[token 3] *= 0.5".
inline Labels recipe_labels(const std::vector<GridRecipe>& recipes) {
    const Labels names = labels_of(recipes, [](const GridRecipe& recipe) { return recipe.name; });
    Labels counted = names;
    for (std::size_t i = 0; i < counted.size(); ++i) counted[i] = std::to_string(i) + ": " + counted[i];
    return first_distinct({names, std::move(counted)});
}

}  // namespace suture::detail
