// Every site of GPT-2 against a forward pass in Python: what passes there, and what the logits are after an edit there. Which sites
// those are is read from the table of docs/migrating.md; gpt2/data/make_sites.py computes the numbers.
#include <suture/edit/on.hpp>
#include <suture/file/safetensors.hpp>
#include <suture/gpt2/gpt2.hpp>
#include <suture/hook/hook_set.hpp>
#include <suture/record/run_with_cache.hpp>
#include <suture/sweep/sweep.hpp>

#include "doctest.hpp"
#include "message.hpp"

#include <ATen/ATen.h>

#include <fstream>
#include <limits>
#include <string>
#include <vector>

using namespace suture;
using suture_test::message_of;

namespace {
using Model = Decoder;
constexpr Index layers = 2;

const Safetensors& python() {
    static const Safetensors file = Safetensors::open(SUTURE_SOURCE_DIR "/tests/gpt2/data/sites.safetensors");
    return file;
}
Model make_model() {
    Model model(Gpt2Config{.width = 12, .heads = 3, .inner = 48, .layers = layers, .positions = 8, .vocabulary = 11});
    const at::NoGradGuard no_gradients;
    for (auto& parameter : model->named_parameters()) {
        parameter.value().copy_(python().load("weight." + parameter.key()));
        parameter.value().requires_grad_(false);
    }
    return model;
}

/// A row of the page's table, of one layer.
struct Row {
    std::string theirs, ours, component;
};
std::string in_layer(std::string name, Index layer) {
    const auto at = name.find(".L.");
    if (at != name.npos) name.replace(at + 1, 1, std::to_string(layer));
    return name;
}
std::vector<Row> rows() {
    std::ifstream page(SUTURE_SOURCE_DIR "/docs/migrating.md");
    std::vector<Row> found;
    bool in_table = false;
    for (std::string line; std::getline(page, line);) {
        if (line.starts_with("| HookedTransformer |")) in_table = true;
        if (!line.starts_with("|")) in_table = false;
        if (!in_table || !line.starts_with("| `")) continue;
        std::vector<std::string> cells;
        for (std::size_t at = 1; at < line.size();) {
            const std::size_t end = line.find('|', at);
            std::string cell = line.substr(at, end - at);
            std::erase_if(cell, [](char c) { return c == '`'; });
            cells.push_back(cell.substr(1, cell.size() - 2));
            at = end + 1;
        }
        for (Index layer = 0; layer < (cells[0].find(".L.") == std::string::npos ? 1 : layers); ++layer)
            found.push_back({in_layer(cells[0], layer), in_layer(cells[2], layer), cells[3]});
    }
    return found;
}

/// The part of an activation that the component names, in the shape that it has in Python. It shares the storage.
at::Tensor part_of_row(const at::Tensor& activation, const std::string& component, at::IntArrayRef sizes) {
    const std::vector<std::string> packed{"Q", "K", "V"};
    const auto at = std::find(packed.begin(), packed.end(), component);
    const at::Tensor own =
        at == packed.end() ? activation : activation.chunk(3, -1)[static_cast<std::size_t>(at - packed.begin())];
    const Index heads = sizes.size() == 4 ? sizes[2] : 1;
    if (own.dim() == 3 && sizes.size() == 4) return own.unflatten(-1, at::IntArrayRef({heads, own.size(-1) / heads}));
    return own;
}
/// The same edit as in make_sites.py.
at::Tensor edited_at(const Row& row, const at::Tensor& activation, at::IntArrayRef sizes) {
    const at::Tensor edited = activation.clone();
    if (row.theirs == "hook_tokens")
        edited.select(1, 2).zero_();
    else {
        const at::Tensor place = part_of_row(edited, row.component, sizes).select(row.component == "all" ? 2 : 1, 2);
        place.mul_(0.5).select(-1, 0).add_(1);
    }
    return edited;
}
bool near(const at::Tensor& a, const at::Tensor& b) { return a.sizes() == b.sizes() && a.allclose(b, 1e-4, 2e-5); }
at::Tensor logits_of(Model& model, HookSet& hooks) { return run_with_hooks(model, hooks, python().load("ids")); }
}  // namespace

TEST_CASE("every hook point of HookedTransformer is a site with the same values and the same effect") {
    const at::NoGradGuard no_gradients;
    Model model = make_model();
    const at::Tensor ids = python().load("ids"), clean = model->forward(ids);
    CHECK(near(clean, python().load("logits")));
    const std::vector<Row> all = rows();
    for (const Row& row : all) {
        CAPTURE(row.theirs);
        CAPTURE(row.ours);
        const at::Tensor value = python().load("value." + row.theirs);
        const SiteRef<AnyLayout> at = site(model, row.ours);
        HookSet looking, editing;
        at::Tensor seen;
        looking.add(at, [&](const at::Tensor& activation) { seen = activation.clone(); });
        const at::Tensor looked = logits_of(model, looking);
        CHECK(looked.equal(clean));  // bit for bit: looking changes nothing
        CHECK(near(part_of_row(seen, row.component, value.sizes()), value));
        editing.add(at, [&](const at::Tensor& activation) { return edited_at(row, activation, value.sizes()); });
        const at::Tensor edited = logits_of(model, editing);
        CHECK(near(edited, python().load("edited." + row.theirs)));
        CHECK_FALSE(near(edited, clean));
        HookSet same;
        same.add(at, [&](const at::Tensor& activation) { return activation.clone(); });
        CHECK(logits_of(model, same).equal(clean));
    }
    // Each value of the file is in the table.
    std::size_t values = 0;
    for (const std::string& name : python().names()) values += name.starts_with("value.") ? 1 : 0;
    CHECK(all.size() == values);
    CHECK(values == 3 + 25 * layers + 3);
}

TEST_CASE("the name of a hook point leads to the site") {
    Model model = make_model();
    for (const Row& row : rows()) {
        if (row.theirs.ends_with(")")) continue;  // no name of its own
        CAPTURE(row.theirs);
        const std::string message = message_of<HookError>([&] { (void)site(model, row.theirs); });
        CHECK(message.find(row.ours) != std::string::npos);
    }
}

TEST_CASE("gradients reach the sites that are computed on request") {
    Model model = make_model();
    for (at::Tensor& parameter : model->parameters()) parameter.requires_grad_(true);
    const at::Tensor ids = python().load("ids");
    const auto goal = [&] { return model->forward(ids)[1][-1][3]; };
    for (const char* path : {"wte", "wpe", "h.0.attn_in", "h.0.q_input", "h.1.k_input", "h.0.v_input",
                             "h.1.attn.result", "h.0.ln_1.scale", "h.1.ln_2.normalized", "ln_f.scale", "h.0.mlp_in"}) {
        CAPTURE(path);
        // The gradient along a direction, against the difference that a step in it makes.
        at::manual_seed(3);
        at::Tensor gradient, direction;
        HookSet hooks;
        hooks.add_backward(site(model, path), [&](const at::Tensor& g) { gradient = g.clone(); });
        {
            const auto scope = hooks.activate();
            goal().backward();
        }
        REQUIRE(gradient.defined());
        direction = at::randn_like(gradient);
        const auto moved = [&](double step) {
            const at::NoGradGuard no_gradients;
            HookSet moving;
            moving.add(site(model, path), [&](const at::Tensor& x) { return x.add(direction, step); });
            const auto scope = moving.activate();
            return goal().item<double>();
        };
        constexpr double step = 1e-2;
        const double slope = (moved(step) - moved(-step)) / (2 * step),
                     along = gradient.mul(direction).sum().item<double>();
        CHECK(along == doctest::Approx(slope).epsilon(0.02));
        CHECK(std::abs(slope) > 1e-3);
    }
}

TEST_CASE("a sweep in stages of sites on request gives the numbers of one pass for each cell") {
    const at::NoGradGuard no_gradients;
    Model model = make_model();
    const at::Tensor ids = python().load("ids"), others = ids.flip(0);
    const auto compare = [&](const Grid& grid, SweepMethod method) {
        SweepOptions plain;
        plain.optimisations = Optimisations::none();
        const SweepResult fast = sweep(model, denoising(ids, others), grid, logit_difference(3, 7)),
                          slow = sweep(model, denoising(ids, others), grid, logit_difference(3, 7), plain);
        CHECK(fast.method == method);
        CHECK(fast.values.allclose(slow.values, 1e-4, 1e-5));
        CHECK(slow.effects().abs().max().item<double>() > 1e-3);
    };
    for (const char* path : {"h.*.attn_in", "h.*.q_input", "h.*.k_input", "h.*.v_input"}) {
        CAPTURE(path);
        compare(Grid::of<HeadIn>(sites<HeadIn<36, 3>>(model, path)).by_head(), SweepMethod::stages_by_position);
    }
    compare(Grid::of<HeadOut>(sites<HeadOut<36, 3>>(model, "h.*.attn.result")).by_head(),
            SweepMethod::stages_by_position);
    compare(Grid::of<NormScale>(sites<NormScale<>>(model, "h.*.ln_1.scale")), SweepMethod::stages_by_position);
    compare(Grid::of<Norm>(sites<Norm<12>>(model, "h.*.ln_2.normalized")), SweepMethod::stages_by_position);
    compare(Grid::of<NormScale>(sites<NormScale<>>(model, "ln_f.scale")), SweepMethod::stages_by_position);
    compare(Grid::of<Resid>(sites<Resid<12>>(model, "h.*.mlp_in")), SweepMethod::stages_by_position);
    compare(Grid::of<Resid>(sites<Resid<12>>(model, "wte")), SweepMethod::forward_passes);
}

TEST_CASE("what heads read and the norm of the stream are not edited at one position in one pass") {
    const at::NoGradGuard no_gradients;
    Model model = make_model();
    const auto says_so = [](const std::string& message, const char* other) {
        return message == "h.1.attn_in: hooks change what heads read, or wait for its gradient, and so do hooks at " +
                              std::string(other) +
                              ", which is for the norm of the whole stream, while these heads have norms of their own: "
                              "hook one of them";
    };
    for (const char* path : {"h.1.ln_1", "h.1.ln_1.input", "h.1.ln_1.scale", "h.1.attn.c_attn.input"}) {
        CAPTURE(path);
        HookSet hooks;
        hooks.add(model->blocks[1]->q_input, on<HeadIn>(head(2)).zero());
        hooks.add(site(model, path), [](const at::Tensor& x) { return x.mul(2); });
        CHECK(says_so(message_of<HookError>([&] { logits_of(model, hooks); }),
                      std::string(path).find("c_attn") == std::string::npos ? "h.1.ln_1" : path));
    }
    // At other positions each has its effect: in the last layer, those before the position are not moved by the other one.
    const auto logits_with = [&](bool heads, bool norm) {
        HookSet hooks;
        if (heads) hooks.add(model->blocks[1]->q_input, on<HeadIn>(head(2), token(-1)).zero());
        if (norm) hooks.add(model->blocks[1]->attn_norm, on<Norm>(token(0)).zero());
        return logits_of(model, hooks);
    };
    const at::Tensor norm = logits_with(false, true), both = logits_with(true, true);
    const Index last = norm.size(1) - 1;
    CHECK(both.narrow(1, 0, last).equal(norm.narrow(1, 0, last)));
    CHECK_FALSE(both.select(1, last).equal(norm.select(1, last)));
    CHECK_FALSE(both.select(1, last).equal(logits_with(true, false).select(1, last)));
}

TEST_CASE("NaN in the stream is not taken for an edit of its norm") {
    const at::NoGradGuard no_gradients;
    Model model = make_model();
    HookSet hooks;
    hooks.add(model->blocks[1]->resid_pre, on<Resid>(token(0)).set(std::numeric_limits<double>::quiet_NaN()));
    hooks.add(model->blocks[1]->q_input, on<HeadIn>(head(2)).zero());
    CHECK(logits_of(model, hooks).isnan().any().item<bool>());
}

TEST_CASE("an edit of what the output projection reads counts beside one of what heads add") {
    const at::NoGradGuard no_gradients;
    Model model = make_model();
    const auto logits_with = [&](bool read, bool added, bool of_z) {
        HookSet hooks;
        if (read) hooks.add<Z<12, 3>>(model->blocks[1]->attn->out->input, on<Z>(head(0)).multiply(2.0));
        if (of_z) hooks.add(model->blocks[1]->attn->z, on<Z>(head(0)).multiply(2.0));
        if (added) hooks.add(model->blocks[1]->attn->result, on<HeadOut>(head(2)).multiply(3.0));
        return logits_of(model, hooks);
    };
    CHECK(logits_with(true, true, false).equal(logits_with(false, true, true)));
    CHECK(logits_with(true, false, false).equal(logits_with(false, false, true)));
    CHECK_FALSE(logits_with(true, true, false).allclose(logits_with(false, true, false)));
}

TEST_CASE(
    "gradients at what heads read and at the norm of the stream are not taken in one pass, where one would be a part") {
    Model model = make_model();
    for (at::Tensor& parameter : model->parameters()) parameter.requires_grad_(true);
    const at::Tensor ids = python().load("ids");
    for (const char* path : {"h.1.ln_1", "h.1.ln_1.input", "h.1.ln_1.scale", "h.1.attn.c_attn.input"}) {
        CAPTURE(path);
        HookSet hooks;
        hooks.add_backward(site(model, path), [](const at::Tensor&) {});
        hooks.add_backward(model->blocks[1]->q_input, [](const View<HeadIn<dynamic, dynamic>>&) {});
        const auto message = message_of<HookError>([&] {
            const auto scope = hooks.activate();
            model->forward(ids);
        });
        CHECK(message.find("or wait for its gradient") != std::string::npos);
    }
    // A hook that only looks at the forward pass may stand beside one.
    HookSet hooks;
    hooks.add(model->blocks[1]->attn_norm, [](const View<Norm<dynamic>>&) {});
    hooks.add_backward(model->blocks[1]->q_input, [](const View<HeadIn<dynamic, dynamic>>&) {});
    const auto scope = hooks.activate();
    model->forward(ids)[1][-1][3].backward();
}

TEST_CASE("one sweep over the norm of the stream and what heads read gives the numbers of one pass for each cell") {
    const at::NoGradGuard no_gradients;
    Model model = make_model();
    const at::Tensor ids = python().load("ids"), others = ids.flip(0);
    const Grid grid = Grid::of<Norm>(sites<Norm<12>>(model, "h.*.ln_1"))
                          .with(Grid::of<HeadIn>(sites<HeadIn<36, 3>>(model, "h.*.q_input")))
                          .with(Grid::of<HeadOut>(sites<HeadOut<36, 3>>(model, "h.*.attn.result")));
    SweepOptions plain;
    plain.optimisations = Optimisations::none();
    const SweepResult fast = sweep(model, denoising(ids, others), grid, logit_difference(3, 7)),
                      slow = sweep(model, denoising(ids, others), grid, logit_difference(3, 7), plain);
    CHECK(fast.method == SweepMethod::stages_by_position);
    CHECK(fast.values.allclose(slow.values, 1e-4, 1e-5));
}
