// Passes that compute only what follows their hooks. tests/exported/families.cpp compares them for every family of models.
#include "suture/exported/rerun.hpp"

#include "suture/core/catalogue.hpp"
#include "suture/edit/on.hpp"
#include "suture/exported/exported.hpp"
#include "suture/file/safetensors.hpp"
#include "suture/hook/hook_set.hpp"
#include "suture/record/latest.hpp"

#include <ATen/ATen.h>

#include "doctest.hpp"
#include "message.hpp"

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

using namespace suture;
using suture_test::message_of;
using suture_test::says;

namespace {
struct Written {
    explicit Written(const std::string& name)
        : model(exported::load(path(name, ".pt2"))),
          input(Safetensors::open(path(name, ".safetensors")).load("in." + model.input_names().front())) {}
    static std::filesystem::path path(const std::string& name, const char* ending) {
        return std::filesystem::path(SUTURE_SOURCE_DIR) / "tests/exported/data" / (name + ending);
    }
    Exported model;
    at::Tensor input;
};

struct gpt2 : Written {
    gpt2() : Written("gpt2_dynamic") {}
    SiteRef<Resid<16>> block(int layer) const {
        return site<Resid<16>>(model, "transformer.h." + std::to_string(layer));
    }
    at::NoGradGuard no_grad;
    ExportedRerun rerun = model.rerun();
    HookSet hooks;
};
}  // namespace

TEST_CASE("a pass that is run again gives the bits of a whole pass, at every site") {
    const at::NoGradGuard no_grad;
    for (const std::string name : {"gpt2", "gpt2_sdpa", "gpt2_dynamic", "llama_sdpa_dynamic", "neox_dynamic", "own",
                                   "falcon", "vit", "twice", "counter", "scopes"}) {
        CAPTURE(name);
        const Written written(name);
        ExportedRerun rerun = written.model.rerun();
        CHECK(rerun.saves_work());
        for_each_site(written.model, [&](const std::string& path, const Site&) {
            CAPTURE(path);
            HookSet hooks;
            hooks.add(site(written.model, path),
                      [](const at::Tensor& t) { return t.eq(0).logical_not().to(t.dtype()); });
            const auto scope = hooks.activate();
            CHECK(rerun(written.input).equal(written.model(written.input)));
        });
    }
}

TEST_CASE_FIXTURE(gpt2,
                  "without hooks the results are those of a pass, and what is written into them reaches no other") {
    const at::Tensor clean = model(input);
    CHECK(at::allclose(rerun(input), clean, 1e-6, 1e-6));
    rerun(input).zero_();
    CHECK(at::allclose(rerun(input), clean, 1e-6, 1e-6));
}

TEST_CASE_FIXTURE(gpt2, "other inputs, and inputs that were written, are run anew") {
    hooks.add(block(0), on<Resid>(token(1)).multiply(0.5));
    const auto scope = hooks.activate();
    CHECK(rerun(input).equal(model(input)));
    at::Tensor other = input.clone();
    other.select(1, 2).fill_(7);
    CHECK(rerun(other).equal(model(other)));
    other.select(1, 0).fill_(8);
    CHECK(rerun(other).equal(model(other)));
    const at::Tensor longer = at::cat({input, input}, 1);
    CHECK(rerun(longer).equal(model(longer)));
}

TEST_CASE_FIXTURE(gpt2, "a weight that was written is used") {
    hooks.add(block(1), on<Resid>(token(1)).multiply(0.5));
    const auto scope = hooks.activate();
    const at::Tensor before = rerun(input);
    model.tensors().at("transformer.wpe.weight").mul_(2);
    CHECK_FALSE(rerun(input).equal(before));
    CHECK(rerun(input).equal(model(input)));
}

TEST_CASE_FIXTURE(gpt2, "sites of operators count, also those that are asked for in between") {
    hooks.add(block(1), on<Resid>(token(1)).multiply(0.5));
    (void)rerun(input);
    HookSet more;
    more.add(site(model, "transformer.h.0.attn:softmax"), [](const at::Tensor& t) { return t * 0.5; });
    const auto scope = more.activate();
    CHECK(rerun(input).equal(model(input)));
}

TEST_CASE_FIXTURE(gpt2, "scopes of several sets count together, and recorders see what they see in a whole pass") {
    Latest<AnyLayout> part, whole;
    hooks.add(block(0), on<Resid>(token(1)).multiply(0.5));
    const auto scope = hooks.activate();
    {
        HookSet recording;
        recording.add(site(model, "transformer.h.1.attn.c_attn"), part);
        const auto records = recording.activate();
        rerun(input);
    }
    HookSet recording;
    recording.add(site(model, "transformer.h.1.attn.c_attn"), whole);
    const auto records = recording.activate();
    model(input);
    CHECK(at::Tensor(part[0]).equal(at::Tensor(whole[0])));
    rerun.run_hooks(input);
    CHECK(at::Tensor(whole[0]).equal(at::Tensor(part[0])));
}

TEST_CASE_FIXTURE(gpt2, "where gradients are wanted a whole pass runs") {
    const at::AutoGradMode grad(true);
    hooks.add(block(1), on<Resid>(token(1)).multiply(0.5));
    const auto scope = hooks.activate();
    const at::Tensor result = rerun(input);
    CHECK(result.requires_grad());
    CHECK(result.equal(model(input)));
    ExportedRerun frozen = model.rerun(block(0));
    CHECK(says(message_of<ModelError>([&] { frozen(input); }), "gradients do not pass frozen sites"));
}

TEST_CASE_FIXTURE(gpt2, "what is expected is kept by the first pass") {
    const auto blocks = sites<Resid<16>>(model, "transformer.h.*");
    CHECK(rerun.kept_bytes() == 0);
    rerun.expect(blocks);
    rerun(input);
    const auto kept = rerun.kept_bytes();
    CHECK(kept > 0);
    hooks.add(blocks[1], on<Resid>(token(1)).multiply(0.5));
    const auto scope = hooks.activate();
    CHECK(rerun(input).equal(model(input)));
    CHECK(rerun.kept_bytes() == kept);
}

TEST_CASE_FIXTURE(gpt2, "frozen sites pass on what the model has there without hooks") {
    at::Tensor kept;
    {
        HookSet looking;
        looking.add(site(model, "transformer.h.1.attn"), [&](const at::Tensor& t) { kept = t.clone(); });
        const auto scope = looking.activate();
        model(input);
    }
    hooks.add(block(0), on<Resid>(token(1)).multiply(0.5));
    const auto scope = hooks.activate();
    ExportedRerun frozen = model.rerun(site(model, "transformer.h.1.attn"));
    const at::Tensor made = frozen(input);
    CHECK_FALSE(made.equal(rerun(input)));
    HookSet by_hand;
    by_hand.add(site(model, "transformer.h.1.attn"), [&](const at::Tensor&) { return kept; });
    const auto freezes = by_hand.activate();
    CHECK(made.equal(model(input)));
}

TEST_CASE_FIXTURE(gpt2, "sites of another model, and inputs that the model does not take, are refused") {
    const Written other("own");
    const SiteRef<AnyLayout> foreign = site(other.model, "h.0");
    CHECK(says(message_of<HookError>([&] { (void)model.rerun(foreign); }), "h.0 is not a site of this model"));
    CHECK(says(message_of<HookError>([&] { rerun.expect(foreign); }), "h.0 is not a site of this model"));
    CHECK(says(message_of<TypeError>([&] { rerun(at::zeros({1, 3})); }), "was exported for"));
    CHECK(rerun(input).equal(rerun(input)));
}

TEST_CASE_FIXTURE(gpt2, "sites that are expected after a pass are run as whole passes run them") {
    (void)rerun(input);
    rerun.expect(sites<Resid<16>>(model, "transformer.h.*"));
    hooks.add(block(1), on<Resid>(token(1)).multiply(0.5));
    const auto scope = hooks.activate();
    CHECK(rerun(input).equal(model(input)));
}

TEST_CASE_FIXTURE(gpt2, "what is written into an input reaches no pass over another one with the same numbers") {
    hooks.add(site(model, "transformer.wte"), [](const at::Tensor& t) { return t * 0.5; });
    hooks.add(site(model, "transformer.wte.input"), [](const at::Tensor&) {});
    const auto scope = hooks.activate();
    const at::Tensor same = input.clone();
    (void)rerun(input);
    input.fill_(1);
    CHECK(rerun(same).equal(model(same)));
}

TEST_CASE_FIXTURE(gpt2, "autocasting, and memory that replaces that of a weight, are noticed") {
    hooks.add(block(1), on<Resid>(token(1)).multiply(0.5));
    const auto scope = hooks.activate();
    const auto agrees = [&] {
        const at::Tensor part = rerun(input), whole = model(input);
        return part.scalar_type() == whole.scalar_type() && part.equal(whole);
    };
    CHECK(agrees());
    {
        const suture::detail::AutocastGuard guard({c10::DeviceType::CPU, true, at::kBFloat16});
        CHECK(agrees());
        CHECK(agrees());
    }
    CHECK(agrees());
    at::Tensor weight = model.tensors().at("transformer.wpe.weight");
    weight.set_data(weight.mul(2));
    CHECK(agrees());
}

TEST_CASE_FIXTURE(gpt2, "a result that a frozen site passes on is the caller's own") {
    ExportedRerun frozen = model.rerun(site(model, ""));
    hooks.add(site(model, ""), [](const at::Tensor&) {});
    const auto scope = hooks.activate();
    const at::Tensor clean = model(input);
    for (int i = 0; i < 3; ++i) {
        const at::Tensor result = frozen(input);
        CHECK(result.equal(clean));
        result.zero_();
    }
}
