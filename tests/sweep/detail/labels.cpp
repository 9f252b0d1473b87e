// Labels: what layers, components and recipes are called, and when a shorter name would mislead.
#include "suture/sweep/detail/labels.hpp"

#include "suture/core/catalogue.hpp"
#include "suture/edit/on.hpp"

#include "doctest.hpp"

#include <ATen/ops/ones.h>
#include <ATen/ops/zeros.h>

#include <string>
#include <vector>

namespace {
using namespace suture;
using suture::detail::component_labels;
using suture::detail::first_distinct;
using suture::detail::Labels;
using suture::detail::layer_labels;
using suture::detail::layer_of;
using suture::detail::numbered;
using suture::detail::recipe_labels;
using Qkv = Gpt2Qkv<12, 3>;

template <class L>
std::vector<SiteRef<L>> sites_of(const std::vector<std::string>& names) {
    std::vector<SiteRef<L>> all;
    for (const std::string& name : names) all.push_back(site_ref(HookPoint<L>(name)));
    return all;
}
const auto c_attn = sites_of<Qkv>({"h.0.attn", "h.1.attn"});
}  // namespace

TEST_CASE("numbered labels count from their first number") {
    CHECK((numbered(3, 2) == Labels{"3", "4"}));
    CHECK(numbered(3, 0).empty());
}

TEST_CASE("the first list without a repeated label is taken, or else the last list") {
    CHECK((first_distinct({{"a", "a"}, {"b", "c"}, {"d", "e"}}) == Labels{"b", "c"}));
    CHECK((first_distinct({{"a", "b"}, {"c", "d"}}) == Labels{"a", "b"}));
    CHECK((first_distinct({{"a", "a"}, {"b", "b"}}) == Labels{"b", "b"}));
}

TEST_CASE("the layer of a path is its only step that is a number") {
    CHECK(layer_of("h.3.attn.c_attn") == "3");
    CHECK(layer_of("3") == "3");
    CHECK(layer_of("h.007.attn") == "007");
    for (const std::string path : {"", ".", "h..attn", "h.3a.attn", "h.3.heads.4", "h.-3.attn", "layer2.norm1"})
        CHECK(layer_of(path) == path);
}

TEST_CASE("a layer is labelled with the number in its path, or with the whole path if the number would mislead") {
    const auto layers = [](const std::vector<std::string>& paths) {
        return layer_labels(Grid::of<Q>(sites_of<Qkv>(paths)).parts().front().sites);
    };
    CHECK((layers({"h.3.attn", "h.7.attn", "h.12.attn"}) == Labels{"3", "7", "12"}));
    CHECK((layers({"h.3.attn"}) == Labels{"3"}));
    CHECK((layers({"ln_f"}) == Labels{"ln_f"}));
    CHECK((layers({"layer2.norm1"}) == Labels{"layer2.norm1"}));  // no step of its own is a number
    CHECK((layers({"h.3.ln_1", "h.3.ln_2"}) == Labels{"h.3.ln_1", "h.3.ln_2"}));
    CHECK((layers({"0.layers.5.attn", "0.layers.6.attn"}) == Labels{"0.layers.5.attn", "0.layers.6.attn"}));
    CHECK((layers({"0.layers.5.attn"}) == Labels{"0.layers.5.attn"}));
    CHECK((layers({"", ""}) == Labels{"0", "1"}));
    CHECK((layers({"h.3.attn", ""}) == Labels{"0", "1"}));
    CHECK((layers({"same", "same"}) == Labels{"0", "1"}));
}

TEST_CASE("components with the same name are distinguished by their widths and sites") {
    using Stream = Resid<8>;
    const Grid streams = Grid::of<Resid>(sites_of<Stream>({"h.0.pre", "h.1.pre"}))
                             .with(Grid::of<Resid>(sites_of<Stream>({"h.0.mid", "h.1.mid"})));
    CHECK((component_labels(streams.parts()) == Labels{"pre", "mid"}));
    const Grid queries = Grid::of<Q<4, 2>, Q<6>>(HookPoint<Fused<10, Q<4, 2>, Q<6>>>("h.0"));
    CHECK((component_labels(queries.parts()) == Labels{"Q<4, 2> at h.0", "Q<6> at h.0"}));
}

TEST_CASE("recipes are labelled with their texts, and numbered if two texts are the same") {
    const auto recipes = [](auto... all) {
        return recipe_labels(Grid::of_recipes(c_attn, std::vector{all...}).recipes());
    };
    CHECK((recipes(on<Q>(token(0)).zero(), on<Q>(token(1)).zero()) == Labels{"Q[token 0] = 0", "Q[token 1] = 0"}));
    const at::Tensor one = at::ones({12}), other = at::zeros({12});
    const Labels injected = recipes(on<Q>().set(one), on<Q>().set(other));
    CHECK(injected[0].starts_with("0: Q = "));
    CHECK(injected[1].starts_with("1: Q = "));
}
