#include "suture/hook/detail/no_site.hpp"

#include "suture/core/catalogue.hpp"

#include "doctest.hpp"
#include "message.hpp"

#include <string>
#include <vector>

using namespace suture;
using namespace suture::detail;
using suture_test::message_of;

namespace {

using Qkv = Gpt2Qkv<8, 2>;

struct Router : ComponentBase<2> {
    static constexpr const char* name = "Router";
};

/// A GPT-2 of three layers, as its own modules show it; the first MLP is plain, and so is the norm at the end.
KnownModel gpt2() {
    KnownModel model;
    const auto module = [&](const std::string& path, const std::string& name, bool has_visitor) {
        model.modules.push_back({path, name, has_visitor, {}});
    };
    module("", "Gpt", false);
    module("h", "torch::nn::ModuleList", false);
    for (const char* layer : {"0", "1", "2"}) {
        const std::string h = std::string("h.") + layer;
        module(h, "Block", true);
        module(h + ".attn", "Attention", false);
        model.sites.push_back({h + ".resid_pre", &facts_of<Resid<8>>});
        model.sites.push_back({h + ".attn.c_attn", &facts_of<Qkv>});
        model.sites.push_back({h + ".attn.c_attn.input", nullptr});
        model.sites.push_back({h + ".attn.z", &facts_of<Z<8, 2>>});
        model.sites.push_back({h + ".resid_post", &facts_of<Resid<8>>});
        model.tensors.push_back(h + ".attn.c_attn.weight");
    }
    module("h.0.mlp", "Perceptron", false);
    module("h.0.mlp.up", "torch::nn::Linear", false);
    module("ln_f", "torch::nn::LayerNorm", false);
    model.modules.push_back({"first", "Block", true, "h.0"});
    return model;
}

std::string reason(const std::string& asked, const KnownModel& model = gpt2(), bool is_pattern = false) {
    const std::string text = message_of<HookError>([&] { throw_no_site({asked, is_pattern, model}); });
    const std::string nothing = "no site matches '" + asked + "'";
    return text.rfind(nothing, 0) == 0 ? text.substr(nothing.size()) : text;
}
std::string reason_of_pattern(const std::string& asked) { return reason(asked, gpt2(), true); }

}  // namespace

TEST_CASE("the name of a class is the name of its holder") {
    CHECK(holder_name("torch::nn::LinearImpl") == "torch::nn::Linear");
    CHECK(holder_name("(anonymous namespace)::BlockImpl") == "Block");
    CHECK(holder_name("DOCTEST_FUNC()::NestImpl") == "Nest");
    CHECK(holder_name("my::AttentionImpl<64, 4>") == "my::Attention<64, 4>");
    CHECK(holder_name("my::AttentionImpl<64l, 4l>") == "my::Attention<64, 4>");
    CHECK(holder_name("Plain") == "Plain");
    CHECK(holder_name("AImpl<" + std::string(80, 'x') + ">") == "A");
}

TEST_CASE("names are listed with runs of numbers, and not without end") {
    CHECK(names_text({"0", "1", "2", "ln_f"}) == "0 to 2, ln_f");
    CHECK(names_text({"0", "1"}) == "0, 1");
    CHECK(names_text({"0", "2", "3", "4"}) == "0, 2 to 4");
    CHECK(names_text(std::vector<std::string>(20, "x")).find("x, ...") != std::string::npos);
}

TEST_CASE("a plain module says how to declare it") {
    CHECK(reason("ln_f") ==
          ": ln_f is a plain torch::nn::LayerNorm: declare it as Hooked<torch::nn::LayerNorm, Layout>");
    CHECK(reason("h.0.mlp.up.input") ==
          ": h.0.mlp.up is a plain torch::nn::Linear: declare it as Hooked<torch::nn::Linear, Layout>");
    CHECK(reason_of_pattern("h.*.mlp") ==
          ": h.0.mlp is a plain Perceptron: declare it as Hooked<Perceptron, Layout>, or, for HookPoints in it, derive "
          "it "
          "from HasSites and visit them");
}

TEST_CASE("a module with sites inside says which, and one that shows none what it lacks") {
    CHECK(reason("h.1") ==
          ": h.1 is a plain Block, with no site of its own: ask for a site inside it, such as h.1.resid_pre, "
          "h.1.attn.c_attn, h.1.attn.c_attn.input");
    KnownModel model = gpt2();
    model.modules.push_back({"tail", "Tail", true, {}});
    CHECK(reason("tail", model) ==
          ": tail is a Tail whose visit_sites shows no site: visit its HookPoints there, or declare it as Hooked<Tail, "
          "Layout>");
    model.modules.push_back({"list", "torch::nn::ModuleList", false, {}});
    CHECK(reason("list", model) ==
          ": list is a plain torch::nn::ModuleList of modules without sites: declare them as Hooked<Module, Layout>");
}

TEST_CASE("a module of another path, a parameter, and a site of another kind are told apart") {
    CHECK(reason("first.attn.z") == ": first is the same module as h.0: write h.0.attn.z");
    CHECK(
        reason("h.0.attn.c_attn.weight") ==
        ": h.0.attn.c_attn.weight is a parameter or a buffer, which hooks do not see: ask for the site of its module, "
        "h.0.attn.c_attn");
    CHECK(reason("h.0.resid_pre.input") == ": h.0.resid_pre has one site: write that path alone");
    CHECK(reason("h.0.attn.c_attn.output") ==
          ": the only sites of h.0.attn.c_attn are h.0.attn.c_attn, h.0.attn.c_attn.input: ask for one of them");
    CHECK(reason("h.*.attn.z") ==
          ": site takes one path as it stands: for a pattern write sites<Layout>(model, \"h.*.attn.z\")");
}

TEST_CASE("a component that is packed with others is found in their site") {
    const std::string packed =
        " is part of h.1.attn.c_attn, packed as Fused<24, Q<8, 2>, K<8, 2>, V<8, 2>>: ask for that site and name on<";
    CHECK(reason("h.1.attn.q_proj") == ": Q" + packed + "Q>()");
    CHECK(reason("blocks.1.attn.hook_k") == ": K" + packed + "K>()");
    CHECK(reason("h.1.attn.v") == ": V" + packed + "V>()");
    CHECK(reason_of_pattern("model.layers.[1-2].self_attn.query").find(": Q is part of h.[1-2].attn.c_attn, ") == 0);
}

TEST_CASE("a component of a layout of one's own is found by its name") {
    using Routed = Fused<10, Mlp<8>, Router>;
    KnownModel model;
    model.sites.push_back({"h.0.mlp", &facts_of<Routed>});
    CHECK(
        reason("h.0.router", model) ==
        ": Router is part of h.0.mlp, packed as Fused<10, Mlp<8>, Router<2>>: ask for that site and name on<Router>()");
}

TEST_CASE("a projection without a layout is named by what it usually packs") {
    KnownModel model;
    model.sites.push_back({"h.0.attn.c_attn", nullptr});
    CHECK(
        reason("h.0.attn.q", model) ==
        ": Q is usually part of h.0.attn.c_attn, which has no layout: ask for that site with the layout that packs it, "
        "and name on<Q>()");
}

TEST_CASE("the name that another library gives to an activation leads to this model's site") {
    CHECK(reason("blocks.2.hook_resid_post") == ": this model calls it h.2.resid_post: ask for that");
    CHECK(reason("blocks.0.hook_in") == ": this model calls it h.0.resid_pre: ask for that");
    CHECK(reason("blocks.1.attn.hook_z") == ": this model calls it h.1.attn.z: ask for that");
    CHECK(reason_of_pattern("blocks.*.hook_resid_post") == ": this model calls it h.*.resid_post: ask for that");
    CHECK(reason_of_pattern("blocks.*.attn.hook_z") == ": this model calls it h.*.attn.z: ask for that");
    CHECK(reason("blocks.1.hook_resid_mid").find(": the model has no blocks: it has h, ln_f, first") == 0);
    CHECK(reason("blocks.7.hook_resid_post") == ": the model has no layer 7: its layers are 0 to 2");
}

TEST_CASE("a path that lacks its beginning, or has one too many, is put right") {
    CHECK(reason("attn.z") ==
          ": a site has its whole path, such as h.0.attn.z: write that, or sites<Layout>(model, \"h.*.attn.z\")");
    CHECK(reason_of_pattern("*.resid_pre") ==
          ": a pattern stands for the whole path, such as h.0.resid_pre: write that, or sites<Layout>(model, "
          "\"h.*.resid_pre\")");
    CHECK(reason("transformer.h.1.attn.z") == ": paths begin inside the model: write h.1.attn.z");
    CHECK(reason_of_pattern("transformer.h.*.attn.z") == ": paths begin inside the model: write h.*.attn.z");
}

TEST_CASE("a path that goes wrong says up to where it is right, and how it could go on") {
    CHECK(reason("h.7.attn.c_attn") ==
          " (similar: \"h.0.attn.c_attn\", \"h.1.attn.c_attn\", \"h.2.attn.c_attn\"): h has no 7: it has 0 to 2");
    CHECK(reason("h.1.attn.c_atn") ==
          " (similar: \"h.1.attn.c_attn\", \"h.0.attn.c_attn\", \"h.2.attn.c_attn\"): "
          "h.1.attn has no c_atn: it has c_attn, z");
    CHECK(reason_of_pattern("h.*.att.*") ==
          " (similar: \"h.0.attn.z\", \"h.1.attn.z\", \"h.2.attn.z\"): h.0 has no att: it has attn, mlp, resid_pre, "
          "resid_post");
    CHECK(reason("h.0.resid_pre.x") ==
          " (similar: \"h.0.resid_pre\", \"h.1.resid_pre\", \"h.2.resid_pre\"): h.0.resid_pre is a site with nothing "
          "inside it: ask for h.0.resid_pre");
    CHECK(reason("h.0.attn.pattern_before") ==
          " (similar: \"h.0.attn.c_attn\", \"h.0.attn.c_attn.input\"): h.0.attn has no pattern_before: it has c_attn, "
          "z; Attention does not derive from HasSites, so its "
          "HookPoints "
          "are not found: derive it from HasSites and visit pattern_before");
    CHECK(reason("h.0.hidden_state") ==
          ": h.0 has no hidden_state: it has attn, mlp, resid_pre, resid_post; a HookPoint is found if visit_sites of "
          "Block visits it");
    CHECK(reason("encoder.first_block.z2") ==
          ": the model has no encoder: it has h, ln_f, first; a submodule is found if register_module has it");
}

TEST_CASE("a model without sites says what gives it some") {
    CHECK(reason("h.0", KnownModel()) == ": the model has no sites: give it HookPoints or Hooked modules");
    KnownModel plain;
    plain.modules.push_back({"", "Own", false, {}});
    CHECK(
        reason("h.0", plain) ==
        ": the model has no sites: give it HookPoints or Hooked modules, and derive each module with a HookPoint from "
        "HasSites");
}
