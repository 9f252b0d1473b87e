#include "suture/hook/sites.hpp"

#include "suture/edit/on.hpp"
#include "suture/hook/hook_set.hpp"
#include "suture/hook/hooked.hpp"

#include <ATen/ATen.h>
#include <torch/nn/modules/container/any.h>
#include <torch/nn/modules/container/modulelist.h>
#include <torch/nn/modules/container/sequential.h>
#include <torch/nn/modules/linear.h>

#include "doctest.hpp"
#include "message.hpp"

#include <range/v3/action/remove_if.hpp>
#include <range/v3/view/filter.hpp>
#include <range/v3/view/take.hpp>
#include <range/v3/view/transform.hpp>

#include <memory>
#include <string>
#include <type_traits>
#include <vector>

using namespace suture;
using suture_test::message_of;
using suture_test::says;

using Qkv = Fused<6, Q<2>, K<2>, V<2>>;
using Other = Fused<6, Gate<4>, Up<2>>;

namespace {

struct BlockImpl : torch::nn::Cloneable<BlockImpl>, HasSites {
    BlockImpl() { reset(); }
    void reset() override {
        c_attn = register_module("c_attn", Hooked<torch::nn::Linear, Qkv>(4, 6));
        proj = register_module("proj", Hooked<torch::nn::Linear>(6, 4));
    }
    void visit_sites(const SiteVisitor& visit) override { visit("resid_pre", resid_pre); }
    at::Tensor forward(const at::Tensor& x) { return proj(c_attn(resid_pre(x))); }
    Hooked<torch::nn::Linear, Qkv> c_attn{nullptr};
    Hooked<torch::nn::Linear> proj{nullptr};
    HookPoint<Resid<4>> resid_pre;
};
TORCH_MODULE(Block);

struct ModelImpl : torch::nn::Cloneable<ModelImpl> {
    ModelImpl() { reset(); }
    void reset() override {
        h = register_module("h", torch::nn::Sequential(Block(), Block()));
        name_sites(*this);
    }
    at::Tensor forward(const at::Tensor& x) { return h->forward(x); }
    torch::nn::Sequential h{nullptr};
};
TORCH_MODULE(Model);

std::vector<std::string> paths_of(Model& model) {
    std::vector<std::string> paths;
    for_each_site(model, [&](const std::string& path, Site& site) {
        CHECK(site.name() == path);
        paths.push_back(path);
    });
    return paths;
}

template <class Found>
std::vector<std::string> names(const Found& found) {
    std::vector<std::string> all;
    for (const auto& site : found) all.push_back(site.name());
    return all;
}

using list = std::vector<std::string>;

}  // namespace

TEST_CASE("every site of a model is visited once, with its path") {
    Model model;
    CHECK(paths_of(model) == list{"h.0.resid_pre", "h.0.c_attn", "h.0.c_attn.input", "h.0.proj", "h.0.proj.input",
                                  "h.1.resid_pre", "h.1.c_attn", "h.1.c_attn.input", "h.1.proj", "h.1.proj.input"});
}

TEST_CASE("a module under two names has its sites once") {
    Block shared;
    torch::nn::ModuleList twice(shared, shared);
    int count = 0;
    for_each_site(twice, [&](const std::string&, Site&) { ++count; });
    CHECK(count == 5);
}

TEST_CASE("the sites of a clone are others, and are named as the originals are") {
    Model model;
    Model copy(std::dynamic_pointer_cast<ModelImpl>(model->clone()));
    name_sites(copy);
    CHECK(paths_of(copy) == paths_of(model));
    CHECK(site(copy, "h.1.proj").id() != site(model, "h.1.proj").id());
}

TEST_CASE("sites are found by patterns, in the order of the model") {
    Model model;
    CHECK(names(sites<Qkv>(model, "h.*.c_attn")) == list{"h.0.c_attn", "h.1.c_attn"});
    CHECK(names(sites(model, "h.1.*")) == list{"h.1.resid_pre", "h.1.c_attn", "h.1.proj"});
    CHECK(names(sites(*model, "h.[1-3].p?oj")) == list{"h.1.proj"});
    CHECK(names(sites(model.ptr(), "h.0.*.input")) == list{"h.0.c_attn.input", "h.0.proj.input"});
}

TEST_CASE("sites of const models, of pointers and of an AnyModule are found as well") {
    const Model model;
    const ModelImpl& plain = *model;
    CHECK(sites(model, "h.*.proj").size() == 2);
    CHECK(sites(plain, "h.*.proj").size() == 2);
    CHECK(sites(&plain, "h.*.proj").size() == 2);
    CHECK(sites(std::shared_ptr<const ModelImpl>(model.ptr()), "h.*.proj").size() == 2);
    CHECK(sites(torch::nn::AnyModule(Block()), "*").size() == 3);
}

TEST_CASE("a site that its model has not named is called by the path under which it was found") {
    torch::nn::Sequential model{Block(), Block()};
    HookSet hooks;
    std::string named;
    hooks.add(site(model, "0.proj"), [&](const at::Tensor&, const Site& at) { named = at.name(); });
    hooks.add(site<Qkv>(model, "1.c_attn"), on<Q>(token(9)).zero());
    const auto scope = hooks.activate();
    CHECK(says(message_of<PositionError>([&] { (void)model->forward(at::ones({2, 4})); }), "1.c_attn: Q[token 9] = 0"));
    CHECK(named == "0.proj");
}

TEST_CASE("two sites under one path are not mistaken for each other") {
    struct NestImpl : torch::nn::Cloneable<NestImpl> {
        NestImpl() { reset(); }
        void reset() override { inner = register_module("input", Hooked<torch::nn::Linear>(2, 2)); }
        at::Tensor forward(const at::Tensor& x) { return inner(x); }
        Hooked<torch::nn::Linear> inner{nullptr};
    };
    struct Nest : torch::nn::ModuleHolder<NestImpl> {};
    Hooked<Nest> nest(std::make_shared<Hooked<Nest>::Impl>());
    CHECK(says(message_of<HookError>([&] { (void)site(nest, "input"); }), "two sites have the path input"));
}

TEST_CASE("sites that were found can be hooked, typed if a layout was given") {
    Model model;
    HookSet hooks;
    const at::Tensor x = at::ones({2, 4});
    const auto all = hooks.add(sites<Qkv>(model, "h.*.c_attn"), on<Q>().zero() | on<K>().zero() | on<V>().zero());
    const auto scope = hooks.activate();
    CHECK(model->forward(x).equal(model->h->at<BlockImpl>(1).proj->bias.expand({2, 4})));
    CHECK(all.fired() == 2);
}

TEST_CASE("a path or pattern without a site is refused with what the model has in its place") {
    Model model;
    CHECK(message_of<HookError>([&] { (void)site(model, "h.2.c_attn"); }) ==
          "no site matches 'h.2.c_attn' (similar: \"h.0.c_attn\", \"h.1.c_attn\"): h has no 2: it has 0, 1");
    CHECK(message_of<HookError>([&] { (void)sites(model, "*.c_attn"); }) ==
          "no site matches '*.c_attn': a pattern stands for the whole path, such as h.0.c_attn: write that, or "
          "sites<Layout>(model, \"h.*.c_attn\")");
    CHECK(says(message_of<HookError>([&] { (void)site(model, "h.1.c_atn"); }),
               "no site matches 'h.1.c_atn' (similar: \"h.1.c_attn\"",
               "h.1 has no c_atn: it has c_attn, proj, resid_pre"));
    CHECK(says(message_of<HookError>([&] { (void)sites(model, "h.*.c_at"); }),
               "no site matches 'h.*.c_at' (similar: \"h.0.c_attn\", \"h.1.c_attn\""));
    CHECK(says(message_of<HookError>([&] { (void)site(model, "h.*.c_attn"); }),
               "write sites<Layout>(model, \"h.*.c_attn\")"));
    torch::nn::Linear plain(2, 2);
    CHECK(says(message_of<HookError>([&] { (void)sites(plain, "*"); }),
               "the model is a plain torch::nn::Linear: declare it as Hooked<torch::nn::Linear, Layout>"));
    CHECK(says(message_of<HookError>([&] { (void)site(plain, "z"); }),
               "the model has no sites: give it HookPoints or Hooked modules"));
    Model empty{nullptr};
    CHECK(says(message_of<HookError>([&] { (void)sites(empty, "*"); }), "empty"));
}

namespace {
/// A model with a site, a plain layer, a module that lacks HasSites, one that stands under two names, and one that is
/// empty.
struct OddImpl : torch::nn::Module {
    struct Unseen : torch::nn::Module {
        HookPoint<Resid<4>> resid;
    };
    OddImpl() {
        register_module("block", block);
        register_module("again", block);
        register_module("plain", torch::nn::Linear(4, 4));
        register_module("unseen", std::make_shared<Unseen>());
        register_module("nothing", std::shared_ptr<torch::nn::Module>());
    }
    Block block;
};
}  // namespace

TEST_CASE("a module that has no site says why, and how it could have one") {
    OddImpl model;
    const auto reason = [&](const std::string& path) {
        return message_of<HookError>([&] { (void)site(model, path); });
    };
    CHECK(
        reason("plain") ==
        "no site matches 'plain': plain is a plain torch::nn::Linear: declare it as Hooked<torch::nn::Linear, Layout>");
    CHECK(says(reason("unseen"), "unseen is a plain", "Unseen", "derive it from HasSites and visit them"));
    CHECK(says(reason("unseen.resid"), "Unseen does not derive from HasSites, so its HookPoints are not found"));
    CHECK(says(reason("again.c_attn"), "again is the same module as block: write block.c_attn"));
    CHECK(says(reason("block"), "block is a plain Block, with no site of its own", "block.resid_pre"));
    CHECK(says(reason("block.c_attn.weight"), "is a parameter or a buffer", "block.c_attn"));
    CHECK(says(reason("block.q_proj"), "Q is part of block.c_attn, packed as Fused<6, Q<2>, K<2>, V<2>>"));
    CHECK(says(reason("nothing"), "the model has no nothing"));
}

TEST_CASE("a site is not found as another layout than it says") {
    Model model;
    CHECK(message_of<TypeError>([&] { (void)site<Other>(model, "h.0.c_attn"); }) ==
          "h.0.c_attn is packed as Fused<6, Q<2>, K<2>, V<2>> but was requested as Fused<6, Gate<4>, Up<2>>: ask for "
          "its own layout");
    CHECK_NOTHROW((void)site<Other>(model, "h.0.proj"));
}

TEST_CASE("hooks are added at a pipeline of sites, chosen by their layers") {
    Model model;
    const auto projections = sites<Qkv>(model, "h.*.c_attn");
    const auto in_layer = [](std::size_t layer) {
        return [layer](const SiteRef<Qkv>& site) { return site.layer() == layer; };
    };
    HookSet hooks;
    const auto filtered = hooks.add(projections | ranges::views::filter(in_layer(1)), on<Q>().zero());
    const auto removed =
        hooks.add(sites<Qkv>(model, "h.*.c_attn") | ranges::actions::remove_if(in_layer(1)), [](const View<Qkv>&) {});
    const auto typed_here = hooks.add<Qkv>(
        sites(model, "h.*.c_attn") | ranges::actions::remove_if([](const auto& site) { return site.layer() == 0; }),
        on<K>().zero());
    CHECK(filtered.size() == 1);
    CHECK(removed.size() == 1);
    CHECK(typed_here.size() == 1);
    run_with_hooks(model, hooks, at::ones({1, 4}));
    CHECK(filtered.fired() == 1);
}

TEST_CASE("hooks are added at sites that a transform takes from modules") {
    Model model;
    std::vector<Block> blocks{Block(), Block(), Block()};
    HookSet hooks;
    const auto references = hooks.add(
        blocks | ranges::views::transform([](const Block& block) { return site_ref(block->c_attn); }), on<Q>().zero());
    const auto members = hooks.add(blocks | ranges::views::transform([](Block & block) -> const auto& {
                                       return block->resid_pre;
                                   }) | ranges::views::take(2),
                                   on<Resid>().add(1));
    auto chosen = blocks | ranges::views::filter([&](const Block& block) { return block.get() != blocks[0].get(); }) |
                  ranges::views::transform([](const Block& block) { return block->c_attn; });
    const auto holders = hooks.add(chosen, on<V>().zero());
    CHECK(references.size() == 3);
    CHECK(members.size() == 2);
    CHECK(holders.size() == 2);
    const auto scope = hooks.activate();
    for (Block& block : blocks) block->forward(at::ones({1, 4}));
    CHECK(references.fired() == 3);
    CHECK(members.fired() == 2);
}

namespace {
/// Prints like Q<2>, and is another component.
struct Lookalike : Q<2> {};
}  // namespace

TEST_CASE("a site is found by its layout, not by the text of one") {
    using Same = Fused<4, Q<2>, K<2>>;
    using Alike = Fused<4, Lookalike, K<2>>;
    static_assert(!std::is_same_v<Same, Alike>);
    REQUIRE(layout_text(facts_of<Same>) == layout_text(facts_of<Alike>));
    struct Holder {
        void visit_sites(const SiteVisitor& visit) { visit("point", point); }
        HookPoint<Same> point;
    } holder;
    CHECK(site<Same>(holder, "point").id() == holder.point.id());
    CHECK(site(holder, "point").id() == holder.point.id());
    CHECK_THROWS_AS((void)site<Alike>(holder, "point"), TypeError);
}
