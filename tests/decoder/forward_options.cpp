// Padding and a cache, in every family: each row's values at every site are those of its tokens alone.
#include "suture/decoder/forward_options.hpp"
#include "suture/decoder/decoder.hpp"

#include "suture/edit/on.hpp"
#include "suture/hook/hook_set.hpp"
#include "suture/hook/sites.hpp"
#include "suture/record/history.hpp"

#include "decoder/tiny.hpp"
#include "doctest.hpp"
#include "message.hpp"

#include <ATen/ATen.h>

#include <limits>
#include <map>
#include <string>
#include <vector>

using namespace suture;
using suture_test::message_of;

namespace {

using Seen = std::map<std::string, at::Tensor>;

/// The activation at each site of a pass, by path, and the logits.
Seen everything_in(Decoder model, const at::Tensor& ids, const ForwardOptions& options = {}) {
    Seen seen;
    HookSet hooks;
    for_each_site(model, [&](const std::string& path, Site& site) {
        hooks.add(SiteRef<AnyLayout>(site), [&seen, path](const at::Tensor& x) { seen[path] = x.clone(); })
            .may_be_idle();
    });
    const auto scope = hooks.activate();
    seen["logits"] = model(ids, options);
    return seen;
}
bool is_by_key(const std::string& path) { return path.ends_with(".scores") || path.ends_with(".pattern"); }
/// The tokens [from, to) of a row, and of its keys.
at::Tensor tokens_of(const std::string& path, const at::Tensor& x, Index row, Index from, Index to, Index keys_from,
                     Index keys_to) {
    if (is_by_key(path)) return x[row].slice(1, from, to).slice(2, keys_from, keys_to);
    return x.size(0) == 1 && row > 0 ? x[0].slice(0, from, to) : x[row].slice(0, from, to);
}
void check_close(const at::Tensor& is, const at::Tensor& wanted) {
    REQUIRE(is.sizes() == wanted.sizes());
    REQUIRE_FALSE(is.isnan().any().item<bool>());
    // Scores that are hidden are minus infinity in both.
    const at::Tensor a = is.clamp_min(-1e9), b = wanted.clamp_min(-1e9);
    CHECK(a.sub(b).abs().max().item<double>() <= 1e-11 * std::max(1.0, b.abs().clamp_max(1e8).max().item<double>()));
}

/// Rows of unequal length, padded.
struct Padded {
    std::vector<at::Tensor> rows;
    at::Tensor ids, mask;
    std::vector<Index> from;
};
Padded padded(const std::vector<Index>& lengths, bool left) {
    Padded p;
    const Index columns = *std::max_element(lengths.begin(), lengths.end()) + 1;
    const auto count = static_cast<Index>(lengths.size());
    p.ids = at::randint(13, {count, columns}, at::kLong), p.mask = at::zeros({count, columns}, at::kLong);
    for (Index r = 0; r < count; ++r) {
        const Index n = lengths[static_cast<std::size_t>(r)], from = left ? columns - n : 0;
        p.from.push_back(from);
        p.mask[r].narrow(0, from, n).fill_(1);
        p.rows.push_back(p.ids.narrow(0, r, 1).narrow(1, from, n));
    }
    return p;
}

template <class F>
void for_each_model(const F& law) {
    const at::NoGradGuard no_gradients;
    torch::manual_seed(4);
    for (const DecoderConfig& config : tiny::all()) {
        CAPTURE(config.family);
        law(tiny::model(config));
    }
}

}  // namespace

TEST_CASE("each row of a padded batch has, at every site, the values of its tokens alone") {
    for_each_model([](Decoder model) {
        for (const bool left : {true, false}) {
            CAPTURE(left);
            const Padded p = padded({5, 3, 1, 4}, left);
            const Seen seen = everything_in(model, p.ids, {.attention_mask = p.mask});
            for (std::size_t r = 0; r < p.rows.size(); ++r) {
                CAPTURE(r);
                const Index n = p.rows[r].size(1);
                for (const auto& [at, wanted] : everything_in(model, p.rows[r])) {
                    const std::string& path = at;
                    CAPTURE(path);
                    check_close(tokens_of(path, seen.at(path), static_cast<Index>(r), p.from[r], p.from[r] + n,
                                          p.from[r], p.from[r] + n),
                                wanted[0]);
                }
                CHECK(seen.at("logits").isfinite().all().item<bool>());
            }
        }
    });
}

TEST_CASE("passes over the parts of a prompt under a cache have the values of one pass over all of it") {
    for_each_model([](Decoder model) {
        const at::Tensor ids = at::randint(13, {2, 6}, at::kLong);
        const Seen whole = everything_in(model, ids);
        KeyValueCache cache;
        Index at = 0;
        for (const Index n : {3, 1, 2}) {
            const Seen seen = everything_in(model, ids.narrow(1, at, n), {.cache = &cache});
            for (const auto& [site, x] : seen)
                for (Index r = 0; r < 2; ++r) {
                    const std::string& path = site;
                    CAPTURE(path);
                    check_close(tokens_of(path, x, r, 0, n, 0, at + n),
                                tokens_of(path, whole.at(path), r, at, at + n, 0, at + n));
                }
            at += n;
            CHECK(cache.length() == at);
        }
        CHECK(cache.lengths() == std::vector<Index>{6, 6});
    });
}

TEST_CASE("a padded batch goes on under a cache, each row from its own end") {
    for_each_model([](Decoder model) {
        const Padded p = padded({4, 2}, true);
        const at::Tensor more = at::randint(13, {2, 2}, at::kLong);
        KeyValueCache cache;
        model(p.ids, {.attention_mask = p.mask, .cache = &cache});
        CHECK(cache.lengths() == std::vector<Index>{4, 2});
        at::Tensor logits = model(more.narrow(1, 0, 1), {.cache = &cache});
        // The mask of the new tokens alone, and that of all.
        KeyValueCache again = cache;
        at::Tensor all = at::cat({p.mask, at::ones({2, 2}, at::kLong)}, 1);
        const at::Tensor last = model(more.narrow(1, 1, 1), {.attention_mask = all, .cache = &cache});
        check_close(model(more.narrow(1, 1, 1), {.attention_mask = at::ones({2, 1}), .cache = &again}), last);
        logits = at::cat({logits, last}, 1);
        for (Index r = 0; r < 2; ++r) {
            const at::Tensor alone = at::cat({p.rows[static_cast<std::size_t>(r)], more.narrow(0, r, 1)}, 1);
            check_close(logits[r], model(alone)[0].slice(0, -2));
        }
    });
}

TEST_CASE("documents that are packed into one row do not see one another, and count their own positions") {
    for_each_model([](Decoder model) {
        const at::Tensor a = at::randint(13, {1, 4}, at::kLong), b = at::randint(13, {1, 3}, at::kLong);
        at::Tensor may_meet = at::zeros({1, 1, 7, 7}, at::kBool);
        may_meet[0][0].narrow(0, 0, 4).narrow(1, 0, 4).fill_(true),
            may_meet[0][0].narrow(0, 4, 3).narrow(1, 4, 3).fill_(true);
        const at::Tensor logits = model(at::cat({a, b}, 1), {.attention_mask = may_meet});
        check_close(logits[0].narrow(0, 0, 4), model(a)[0]);
        check_close(logits[0].narrow(0, 4, 3), model(b)[0]);
    });
}

TEST_CASE("a query that meets no key mixes nothing, and no gradient is NaN") {
    torch::manual_seed(5);
    for (const DecoderConfig& config : tiny::all()) {
        CAPTURE(config.family);
        Decoder model = tiny::model(config);
        const Padded p = padded({4, 2}, true);
        HookSet hooks;
        at::Tensor pattern, z;
        hooks.add(SiteRef<AnyLayout>(model->blocks[0]->attn->pattern),
                  [&](const at::Tensor& t) { pattern = t.detach().clone(); });
        hooks.add(model->blocks[0]->attn->z,
                  [&](const View<Z<dynamic, dynamic>>& t) { z = at::Tensor(t.clone()).detach(); });
        const auto scope = hooks.activate();
        const at::Tensor logits = model(p.ids, {.attention_mask = p.mask});
        CHECK(pattern[1].narrow(1, 0, p.from[1]).eq(0).all().item<bool>());
        CHECK(z[1].narrow(0, 0, p.from[1]).eq(0).all().item<bool>());
        logits.sum().backward();
        for (const auto& parameter : model->named_parameters()) {
            CAPTURE(parameter.key());
            CHECK(parameter.value().grad().isfinite().all().item<bool>());
        }
    }
}

TEST_CASE("only the logits that are asked for are computed") {
    for_each_model([](Decoder model) {
        const Padded p = padded({5, 3}, true);
        const at::Tensor all = model(p.ids, {.attention_mask = p.mask});
        CHECK(model(p.ids, {.attention_mask = p.mask, .logits_to_keep = 2}).allclose(all.slice(1, -2)));
        CHECK(model(p.ids, {.logits_to_keep = 1}).sizes() == at::IntArrayRef({2, 1, 13}));
    });
}

TEST_CASE("where only the last logits are computed, places at the final norm mean the same positions") {
    for_each_model([](Decoder model) {
        const Padded p = padded({5, 3}, true);
        const auto with = [&](const auto& edit, Index kept) {
            HookSet hooks;
            hooks.add(model->final_norm->output, edit);
            return run_with_hooks(
                [&](const at::Tensor& ids) { return model(ids, {.attention_mask = p.mask, .logits_to_keep = kept}); },
                hooks, p.ids);
        };
        const auto edit = on<Norm>(token(-1)).multiply(2);
        CHECK(with(edit, 1).allclose(with(edit, 0).slice(1, -1)));
        CHECK(with(edit, 2).allclose(with(edit, 0).slice(1, -2)));
        CHECK(message_of<HookError>([&] {
                  (void)with(on<Norm>(token(0)).zero(), 1);
              }).find("at positions that no pass held") != std::string::npos);
    });
}

TEST_CASE("places in a padded model mean positions of each row's sequence") {
    for_each_model([](Decoder model) {
        const Padded p = padded({5, 3}, true);
        const auto edit = on<Resid>(token(2)).multiply(3) | on<Resid>(token(-1)).add(1);
        HookSet hooks;
        hooks.add(model->blocks[0]->resid_post, edit);
        History<Resid<dynamic>> seen;
        hooks.add(model->blocks[1]->resid_post, seen);
        const auto scope = hooks.activate();
        const at::Tensor logits = model(p.ids, {.attention_mask = p.mask});
        const PaddedEntries rows = seen.padded(0);
        CHECK(rows.lengths.equal(at::tensor(std::vector<Index>{5, 3})));
        for (std::size_t r = 0; r < 2; ++r) {
            const auto row = static_cast<Index>(r);
            check_close(logits[row].slice(0, p.from[r]), model(p.rows[r])[0]);
            check_close(rows.values[row].narrow(0, 0, p.rows[r].size(1)),
                        seen.of(0).begin()[1 + row].view().unsafe_tensor()[0]);
        }
    });
}
