// Every family against transformers: logits and the values at all sites; and the laws that hold in each of them.
#include "suture/pretrained/load.hpp"

#include "suture/edit/on.hpp"
#include "suture/hook/hook_set.hpp"
#include "suture/lens/decoder_logit_lens.hpp"
#include "suture/lens/direct_logit_attribution.hpp"
#include "suture/record/latest.hpp"
#include "suture/sweep/sweep.hpp"

#include "doctest.hpp"

#include <ATen/ATen.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace {
using namespace suture;
namespace fs = std::filesystem;

/// The directories with models in a folder, in order.
std::vector<fs::path> models_in(const fs::path& folder) {
    std::vector<fs::path> found;
    if (fs::is_directory(folder))
        for (const auto& entry : fs::directory_iterator(folder))
            if (fs::exists(entry.path() / "expected.safetensors")) found.push_back(entry.path());
    std::sort(found.begin(), found.end());
    return found;
}
/// The committed models, and those that make_models.py has just made.
std::vector<fs::path> all_models() {
    std::vector<fs::path> found = models_in(fs::path(SUTURE_SOURCE_DIR) / "tests/pretrained/data");
    if (const char* const made = std::getenv("SUTURE_PRETRAINED_MODELS"))
        for (fs::path& each : models_in(made)) found.push_back(std::move(each));
    return found;
}

/// The largest difference, as a share of the largest value.
double apart(const at::Tensor& is, const at::Tensor& wanted) {
    if (is.sizes() != wanted.sizes()) return 1e9;
    // Scores of keys that a query does not meet are -inf, in both.
    const at::Tensor hidden = wanted.isinf();
    if (!is.isinf().equal(hidden)) return 1e9;
    const auto met = [&](const at::Tensor& x) { return x.to(at::kDouble).masked_fill(hidden, 0); };
    const at::Tensor difference = met(is).sub(met(wanted)).abs();
    if (!difference.isfinite().all().item<bool>()) return 1e9;
    return difference.max().item<double>() / met(wanted).abs().max().item<double>();
}

/// The activation at each site of a pass, by path.
std::map<std::string, at::Tensor> everything_in(Decoder model, const at::Tensor& ids) {
    std::map<std::string, at::Tensor> seen;
    HookSet hooks;
    for_each_site(model, [&](const std::string& path, Site& site) {
        hooks.add(SiteRef<AnyLayout>(site), [&seen, path](const at::Tensor& x) { seen[path] = x.clone(); });
    });
    run_with_hooks(model, hooks, ids);
    return seen;
}
/// A path in the block of a layer.
std::string in_block(const Decoder& model, Index layer, const std::string& rest) {
    return std::string(model->config().names->blocks) + "." + std::to_string(layer) + "." + rest;
}

struct Loaded {
    Decoder model;
    at::Tensor ids;
};
/// Each stored model, in float64, with its ids and its directory: for laws.
template <class F>
void for_each_stored(const F& law) {
    const at::NoGradGuard no_gradients;
    for (const fs::path& directory : models_in(fs::path(SUTURE_SOURCE_DIR) / "tests/pretrained/data")) {
        CAPTURE(directory.string());
        Decoder model = pretrained::load(directory);
        model->to(at::kDouble);
        law(model, Safetensors::open(directory / "expected.safetensors").load("ids"));
    }
}
/// The model in float64, for laws.
Loaded in_float64(const fs::path& directory) {
    Loaded loaded{pretrained::load(directory), Safetensors::open(directory / "expected.safetensors").load("ids")};
    loaded.model->to(at::kDouble);
    return loaded;
}
}  // namespace

TEST_CASE("models of every family give the logits and the activations of transformers") {
    const at::NoGradGuard no_gradients;
    double most = 0, most_at_sites = 0;
    std::size_t compared = 0, sites = 0;
    for (const fs::path& directory : all_models()) {
        CAPTURE(directory.string());
        const Safetensors expected = Safetensors::open(directory / "expected.safetensors");
        Decoder model = pretrained::load(directory);
        const at::Tensor ids = expected.load("ids");
        const double difference = apart(model(ids), expected.load("logits"));
        CHECK(difference < 1e-5);
        CHECK(apart(model(ids.narrow(0, 0, 1).narrow(1, 0, 5)), expected.load("logits_short")) < 1e-5);
        most = std::max(most, difference);
        const std::map<std::string, at::Tensor> seen = everything_in(model, ids);
        for (const std::string& name : expected.names()) {
            if (name == "ids" || name.starts_with("logits")) continue;
            CAPTURE(name);
            const auto found = seen.find(name);
            REQUIRE(found != seen.end());
            at::Tensor wanted = expected.load(name);
            if (name == "wpe") wanted = wanted.expand_as(found->second);
            const double here = apart(found->second, wanted);
            CHECK(here < 2e-5);
            most_at_sites = std::max(most_at_sites, here);
            ++sites;
        }
        ++compared;
    }
    CHECK(compared >= 13);
    MESSAGE(compared << " models, largest difference of logits " << most << "; " << sites << " sites, "
                     << most_at_sites);
    if (compared < 60)
        MESSAGE(
            "skipped: there are no new models: install torch, transformers 5 and safetensors for Python and run ctest, "
            "or "
            "run tests/pretrained/make_models.py and name its directory in SUTURE_PRETRAINED_MODELS");
}

TEST_CASE("in every family patterns mix values to z, and the stream is the sum of what is written into it") {
    const at::NoGradGuard no_gradients;
    for (const fs::path& directory : all_models()) {
        CAPTURE(directory.string());
        Loaded loaded = in_float64(directory);
        Decoder& model = loaded.model;
        const at::Tensor& ids = loaded.ids;
        const DecoderConfig& c = model->config();
        const auto seen = everything_in(model, ids);
        for (Index layer = 0; layer < c.layers; ++layer) {
            const auto& block = model->blocks[static_cast<std::size_t>(layer)];
            const auto at_path = [&](const std::string& rest) { return seen.at(in_block(model, layer, rest)); };
            const std::string attn = c.names->attn;
            const at::Tensor qkv = seen.at(block->attn->qkv_site().name());
            const Index of_values = c.key_heads * c.head_width;
            const at::Tensor v = qkv.narrow(-1, qkv.size(-1) - of_values, of_values)
                                     .unflatten(-1, at::IntArrayRef({c.key_heads, c.head_width}))
                                     .transpose(1, 2)
                                     .repeat_interleave(c.heads / c.key_heads, 1);
            const at::Tensor mixed = at_path(attn + ".pattern").matmul(v).transpose(1, 2).flatten(-2);
            CHECK(apart(mixed, at_path(attn + ".z")) < 1e-12);
            CHECK(at_path(attn + ".pattern").sum(-1).sub(1).abs().max().item<double>() < 1e-12);

            const std::string out = attn + "." + c.names->attn_out,
                              down = std::string(c.names->mlp) + "." + c.names->mlp_out;
            const at::Tensor added_by_attn = at_path(c.has_post_norms ? c.names->attn_post_norm : out);
            const at::Tensor added_by_mlp = at_path(c.has_post_norms ? c.names->mlp_post_norm : down);
            CHECK(apart(at_path("resid_pre").add(added_by_attn).add(added_by_mlp), at_path("resid_post")) < 1e-12);
            const auto& projection = *block->mlp->down;
            at::Tensor written = at_path(std::string(c.names->mlp) + ".act").matmul(projection.by_input());
            if (projection.bias.defined()) written = written.add(projection.bias);
            CHECK(apart(written, at_path(down)) < 1e-12);
        }
    }
}

TEST_CASE("in every family an activation that is set to itself changes no bit, wherever it is") {
    const at::NoGradGuard no_gradients;
    for (const fs::path& directory : models_in(fs::path(SUTURE_SOURCE_DIR) / "tests/pretrained/data")) {
        CAPTURE(directory.string());
        const at::Tensor ids = Safetensors::open(directory / "expected.safetensors").load("ids");
        Decoder model = pretrained::load(directory);
        const at::Tensor clean = model(ids);
        for_each_site(model, [&](const std::string& path, Site& site) {
            if (path.ends_with("embed_tokens.input") || path.ends_with("embed_in.input"))
                return;  // ids, not an activation
            CAPTURE(path);
            HookSet hooks;
            hooks.add(SiteRef<AnyLayout>(site), [](const at::Tensor& x) { return x.clone(); });
            CHECK(run_with_hooks(model, hooks, ids).equal(clean));
        });
    }
}

TEST_CASE("in every family an edit of queries, keys and values reaches the tokens that causality lets it reach") {
    for_each_stored([](Decoder& model, const at::Tensor& ids) {
        const at::Tensor clean = model(ids);
        const SiteRef<DecoderAttentionImpl::Qkv> site = model->blocks[0]->attn->qkv_site();
        const auto changed_rows = [&](const auto& recipe) {
            HookSet hooks;
            hooks.add(site, recipe);
            return run_with_hooks(model, hooks, ids).ne(clean).any(-1).any(0);
        };
        CHECK_FALSE(changed_rows(on<Q>(token(0)).add(1.0)).any().item<bool>());  // it meets a single key
        for (const at::Tensor& rows : {changed_rows(on<K>(token(7)).add(1.0)), changed_rows(on<V>(token(7)).add(1.0)),
                                       changed_rows(on<Q>(token(7)).add(1.0))}) {
            CHECK_FALSE(rows.narrow(0, 0, 7).any().item<bool>());
            CHECK(rows[7].item<bool>());
        }
        // A value that is changed leaves the attention patterns of its layer as they are.
        at::Tensor before, after;
        HookSet looking, editing;
        looking.add(model->blocks[0]->attn->pattern, [&](const at::Tensor& x) { before = x.clone(); });
        editing.add(site, on<V>().add(1.0));
        editing.add(model->blocks[0]->attn->pattern, [&](const at::Tensor& x) { after = x.clone(); });
        run_with_hooks(model, looking, ids), run_with_hooks(model, editing, ids);
        CHECK(after.equal(before));
    });
}

TEST_CASE("in every family what a head writes, and what heads read, can be edited") {
    for_each_stored([](Decoder& model, const at::Tensor& ids) {
        const DecoderConfig& c = model->config();
        const auto& block = model->blocks[1];
        const auto run_edited = [&](const auto& site, const auto& recipe) {
            HookSet hooks;
            hooks.add(site, recipe);
            return run_with_hooks(model, hooks, ids);
        };
        // Without its z a head writes nothing.
        CHECK(apart(run_edited(block->attn->result, on<HeadOut>(head(1)).zero()),
                    run_edited(block->attn->z, on<Z>(head(1)).zero())) < 1e-12);
        // A query that reads nothing is the bias, or zero: so is the projection of a norm of zeros.
        const at::Tensor reads_nothing = run_edited(block->q_input, on<HeadIn>(head(c.heads - 1)).zero());
        CHECK_FALSE(reads_nothing.equal(model(ids)));
        const bool centres = c.norm == NormKind::layer;
        if (!centres && !c.has_qkv_bias)
            CHECK(apart(reads_nothing, run_edited(block->attn->qkv_site(), on<Q>(head(c.heads - 1)).zero())) < 1e-12);
        if (!centres && !c.has_qkv_bias)
            CHECK(apart(run_edited(block->v_input, on<HeadIn>(head(c.key_heads - 1)).zero()),
                        run_edited(block->attn->qkv_site(), on<V>(head(c.key_heads - 1)).zero())) < 1e-12);
    });
}

TEST_CASE("every family is swept position by position with the numbers of one pass per cell") {
    for_each_stored([](Decoder& model, const at::Tensor& ids) {
        at::Tensor corrupted = ids.clone();
        corrupted.narrow(1, 21, 1).add_(3).remainder_(model->config().vocabulary);
        std::vector<SiteRef<Resid<dynamic>>> stream;
        std::vector<SiteRef<Z<dynamic, dynamic>>> z;
        for (const auto& block : model->blocks)
            stream.push_back(site_ref(block->resid_pre)), z.push_back(site_ref(block->attn->z));
        SweepOptions plain;
        plain.optimisations = Optimisations::none();
        const bool has_stages = model->computes_positions(ids);
        for (const Grid& grid : {Grid::of<Resid>(stream), Grid::of<Z>(z).by_head(),
                                 Grid::of<Q>(model->qkv_sites()).by_head().at(tokens(20, 23)),
                                 Grid::of<K, V>(model->qkv_sites()).by_head()}) {
            const SweepResult fast = sweep(model, denoising(ids, corrupted), grid, logit_difference(3, 8));
            const SweepResult slow = sweep(model, denoising(ids, corrupted), grid, logit_difference(3, 8), plain);
            CHECK((fast.method == SweepMethod::stages_by_position) == has_stages);
            CHECK(fast.values.sub(slow.values).abs().max().item<double>() < 1e-10);
            CHECK(slow.effects().abs().max().item<double>() > 1e-6);
        }
    });
}

TEST_CASE(
    "in every family the lens of the last layer gives the logits, and contributions sum to the logit before its cap") {
    for_each_stored([](Decoder& model, const at::Tensor& ids) {
        const at::Tensor logits = model(ids);
        CHECK(apart(logit_lens_by_layer(model, ids)[-1], logits) < 1e-12);
        const double cap = model->config().logit_cap;
        const at::Tensor uncapped = cap == 0 ? logits : logits.div(cap).atanh().mul(cap);
        const DirectLogitAttribution a =
            direct_logit_attribution(model, ids, logit_difference(3, 8), tokens(0, to_end));
        CHECK(apart(a.total(), uncapped.select(-1, 3).sub(uncapped.select(-1, 8))) < 1e-9);
        CHECK(a.edits.eq(0).all().item<bool>());

        HookSet hooks;
        const auto& block = model->blocks[1];
        hooks.add(block->attn->out, on<AttnOut>(token(3)).add(0.5));
        hooks.add(block->resid_post, on<Resid>(token(4)).multiply(1.5));
        if (model->config().has_post_norms) {
            hooks.add(block->mlp_post_norm, on<Norm>(token(5)).add(0.25));
            hooks.add(block->attn_post_norm->scale, on<NormScale>(token(6)).multiply(2.0));
            hooks.add(block->mlp_post_norm->normalized, on<Norm>(token(7)).multiply(0.5));
        }
        hooks.add(model->final_norm->scale, on<NormScale>(token(8)).multiply(1.25));
        hooks.add(model->final_norm->normalized, on<Norm>(token(9)).add(0.1));
        const auto scope = hooks.activate();
        const at::Tensor edited = model(ids);
        const at::Tensor before_cap = cap == 0 ? edited : edited.div(cap).atanh().mul(cap);
        const DirectLogitAttribution b =
            direct_logit_attribution(model, ids, logit_difference(3, 8), tokens(0, to_end));
        CHECK(apart(b.total(), before_cap.select(-1, 3).sub(before_cap.select(-1, 8))) < 1e-9);
        CHECK(b.edits.ne(0).any().item<bool>());
    });
}

TEST_CASE("gradients reach every parameter of every family, and a recorded activation") {
    for (const fs::path& directory : models_in(fs::path(SUTURE_SOURCE_DIR) / "tests/pretrained/data")) {
        CAPTURE(directory.string());
        Loaded loaded = in_float64(directory);
        Decoder& model = loaded.model;
        const at::Tensor& ids = loaded.ids;
        for (at::Tensor& parameter : model->parameters()) parameter.requires_grad_(true);
        HookSet hooks;
        at::Tensor gradient;
        hooks.add_backward(model->blocks[0]->attn->z, [&](const auto& seen) { gradient = seen.clone().take(); });
        const auto scope = hooks.activate();
        model(ids).square().sum().backward();
        CHECK(gradient.abs().max().item<double>() > 0);
        for (const auto& parameter : model->named_parameters()) {
            CAPTURE(parameter.key());
            CHECK(parameter.value().grad().defined());
        }
    }
}
