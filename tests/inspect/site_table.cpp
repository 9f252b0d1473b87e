// Site tables: laws on a small GPT-2 (nothing is disturbed, everything is listed), then the text.
#include "suture/inspect/site_table.hpp"

#include "suture/edit/on.hpp"
#include "suture/gpt2/gpt2.hpp"
#include "suture/hook/hooked.hpp"

#include "doctest.hpp"
#include "message.hpp"

#include <ATen/Context.h>
#include <ATen/ops/_nested_tensor_from_mask.h>
#include <ATen/ops/full.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/randint.h>
#include <torch/nn/modules/linear.h>

#include <cmath>
#include <memory>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace {
using namespace suture;
using suture_test::message_of;
using suture_test::says;
using Small = Decoder;

Small small_model() {
    Gpt2Config c;
    c.width = 48, c.heads = 3, c.inner = 192, c.layers = 2, c.positions = 16, c.vocabulary = 7;
    return Small(c);
}
const at::Tensor& ids() {
    static const at::Tensor t = at::randint(7, {2, 5}, at::kLong);
    return t;
}

/// Two sites around a doubling.
struct twice {
    HookPoint<Fused<4, Q<2>, K<2>>> before{"before"};
    HookPoint<AnyLayout> after{"doubled"};
    at::Tensor forward(const at::Tensor& x) { return after(before(x) * 2); }
};

std::vector<std::string> lines(const std::string& text) {
    std::vector<std::string> all;
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);) all.push_back(line);
    return all;
}
const SiteTableEntry& entry_of(const std::vector<SiteTableEntry>& sites, const std::string& path) {
    for (const SiteTableEntry& e : sites)
        if (e.path == path) return e;
    throw std::out_of_range(path);
}
}  // namespace

TEST_CASE("a pass gives the same output with and without a site table, bit for bit, with and without hooks") {
    const at::NoGradGuard no_gradients;
    Small model = small_model();
    CHECK(site_table(model, ids()).output.equal(model->forward(ids())));
    HookSet hooks;
    hooks.add(model->blocks[1]->attn->qkv, on<Q>(token(3)).add(1.0));
    CHECK(site_table(model, hooks, ids()).output.equal(run_with_hooks(model, hooks, ids())));
    CHECK_FALSE(site_table(model, hooks, ids()).output.equal(model->forward(ids())));
}

TEST_CASE("a site table draws no random numbers and keeps the gradients") {
    const auto run = [](bool with_table) {
        at::manual_seed(11);
        Small model = small_model();
        const at::Tensor out = with_table ? site_table(model, ids()).output : model->forward(ids());
        out.pow(2).sum().backward();
        return model->blocks[0]->attn->qkv->weight.grad().clone();
    };
    CHECK(run(true).equal(run(false)));
}

TEST_CASE("every site that fires is listed once, in order") {
    const at::NoGradGuard no_gradients;
    Small model = small_model();
    std::vector<std::string> fired, listed;
    HookSet hooks;
    std::vector<HookKey> keys;
    for_each_site(model, [&](const std::string&, Site& site) {
        keys.push_back(
            hooks.add(SiteRef<AnyLayout>(site), [&](const at::Tensor&, const Site& at) { fired.push_back(at.name()); })
                .may_be_idle());
    });
    for (const SiteTableEntry& e : site_table(model, hooks, ids()).sites) listed.push_back(e.path);
    CHECK((listed == fired));
    CHECK(std::set<std::string>(listed.begin(), listed.end()).count("h.1.attn.c_attn") == 1);
}

TEST_CASE("an entry has layout, shape, dtype, device, mean and standard deviation after the hooks") {
    const at::NoGradGuard no_gradients;
    Small model = small_model();
    HookSet hooks;
    hooks.add(model->blocks[0]->attn->qkv, on<K>().set(3.0));
    at::Tensor seen;
    hooks.add(model->blocks[0]->attn->qkv, [&](const View<DecoderAttentionImpl::Qkv>& v) { seen = v.clone().take(); });
    const auto table = site_table(model, hooks, ids());
    const SiteTableEntry e = entry_of(table.sites, "h.0.attn.c_attn");
    CHECK(e.layout == "Fused<144, Q<48, 3>, K<48, 3>, V<48, 3>>");
    CHECK((e.shape == std::vector<Index>{2, 5, 144}));
    CHECK(e.dtype == "float32");
    CHECK(e.device == "cpu");
    CHECK(*e.mean == doctest::Approx(seen.to(at::kDouble).mean().item<double>()).epsilon(1e-12));
    CHECK(*e.stddev == doctest::Approx(seen.to(at::kDouble).std().item<double>()).epsilon(1e-12));
    CHECK((e.changed_by == std::vector<std::string>{"K = 3"}));
    CHECK(entry_of(table.sites, "h.0.attn.pattern").layout == "?");
    CHECK(entry_of(table.sites, "h.1.attn.c_attn").changed_by.empty());
}

TEST_CASE("hooks that are active already run, and all those that changed a site are named in order") {
    twice model;
    HookSet outer, inner;
    outer.add(model.before, on<Q>(token(0), dims<0, 1>).set(5));
    inner.add(model.before, on<K>().zero() | on<Q>(token(0)).multiply(2));
    inner.add(model.before, [](const View<Fused<4, Q<2>, K<2>>>&) {});
    const auto scope = outer.activate();
    const auto table = site_table(model, inner, at::ones({2, 4}));
    CHECK(
        (table.sites[0].changed_by == std::vector<std::string>{"Q[token 0, dims 0:1] = 5", "K = 0 | Q[token 0] *= 2"}));
    CHECK(table.output[0][0].item<float>() == 20);
}

TEST_CASE("the columns of a site table are aligned") {
    twice model;
    HookSet hooks;
    hooks.add(model.before, on<Q>(token(0), dims<0, 1>).set(-8));
    std::ostringstream out;
    out << site_table(model, hooks, at::ones({2, 4}));
    CHECK(out.str() ==
          "#  path     layout                shape   dtype    device    mean    std  changed by\n"
          "0  before   Fused<4, Q<2>, K<2>>  [2, 4]  float32  cpu     -0.125  3.182  Q[token 0, dims 0:1] = -8\n"
          "1  doubled  ?                     [2, 4]  float32  cpu      -0.25  6.364\n");
}

TEST_CASE("every line of a long site table has its columns below the header's, and none ends in spaces") {
    const at::NoGradGuard no_gradients;
    Small model = small_model();
    const auto all = lines(to_string(site_table(model, ids())));
    REQUIRE(all.size() > 20);
    for (const std::string& line : all) {
        CHECK(line.back() != ' ');
        if (&line == &all.front()) continue;
        for (const char* column : {"path", "layout", "shape", "dtype", "device"}) {
            const auto at = all.front().find(column);
            CHECK(line[at] != ' ');
            CHECK(line.substr(at - 2, 2) == "  ");
        }
    }
}

TEST_CASE("integers have no standard deviation, and activations without numbers have no mean") {
    HookPoint<AnyLayout> site{"s"};
    const auto entry = [&](const at::Tensor& t) {
        return site_table([&](const at::Tensor& x) { return site(x); }, t).sites.at(0);
    };
    CHECK(*entry(at::full({3}, 2, at::kLong)).mean == 2);
    CHECK_FALSE(entry(at::full({3}, 2, at::kLong)).stddev);
    CHECK(*entry(at::ones({3}, at::kBool)).mean == 1);
    CHECK_FALSE(entry(at::ones({1})).stddev);
    CHECK(*entry(at::ones({1})).mean == 1);
    CHECK(*entry(at::full({4096}, 65504.0, at::kHalf)).mean == 65504);
    for (const at::Tensor& t :
         {at::ones({2}, at::kComplexFloat), at::ones({0}), at::ones({2}, at::kMeta), at::ones({2, 2}).to_sparse()}) {
        CHECK_FALSE(entry(t).mean);
        CHECK_FALSE(entry(t).stddev);
    }
    CHECK(entry(at::ones({2}, at::kMeta)).device == "meta");
    CHECK(entry(at::Tensor()).dtype == "undefined");
    CHECK(std::isnan(*entry(at::full({2}, std::nan(""))).mean));
    CHECK(says(to_string(std::vector{entry(at::full({2}, -std::nan("")))}), "  nan  nan\n"));
}

TEST_CASE("an activation whose statistics cannot be computed passes all the same") {
    HookPoint<AnyLayout> site{"s"};
    const auto table_of = [&](const at::Tensor& t) {
        return site_table([&](const at::Tensor& x) { return site(x); }, t);
    };
    const at::Tensor nested = at::_nested_tensor_from_mask(at::randn({2, 3, 4}), at::ones({2, 3}, at::kBool));
    const auto of_nested = table_of(nested);
    CHECK(of_nested.output.is_same(nested));
    CHECK(of_nested.sites.at(0).dtype == "nested float32");
    CHECK(of_nested.sites.at(0).shape.empty());
    CHECK(says(to_string(of_nested), "nested float32  cpu"));
    // In float64 it would take more memory than there are addresses.
    const at::Tensor huge = at::ones({1}).expand({1 << 24, 1 << 24});
    const auto of_huge = table_of(huge);
    CHECK(of_huge.output.is_same(huge));
    CHECK((of_huge.sites.at(0).shape == std::vector<Index>{1 << 24, 1 << 24}));
    CHECK_FALSE(of_huge.sites.at(0).mean);
}

TEST_CASE("a site that fires within an inner site table is listed there alone") {
    twice model;
    HookPoint<AnyLayout> outside{"outside"};
    std::size_t within = 0;
    const auto with_inner_table = [&](const at::Tensor& x) {
        const auto inner = site_table(model, outside(x));
        within = inner.sites.size();
        return inner.output;
    };
    CHECK(site_table(with_inner_table, at::ones({1, 4})).sites.size() == 1);
    CHECK(within == 2);
}

TEST_CASE("a model is a holder, a pointer, an object or a function, with any inputs and outputs") {
    auto shared = std::make_shared<twice>();
    twice object;
    Hooked<torch::nn::Linear> holder(4, 4);
    const at::Tensor x = at::ones({1, 4});
    CHECK(site_table(shared, x).sites.size() == 2);
    CHECK(site_table(object, x).sites.size() == 2);
    CHECK(site_table(holder, x).sites.size() == 2);  // its input and its output
    CHECK(site_table([&](const at::Tensor& t, int n) { return std::make_pair(object.forward(t), n); }, x, 3)
              .output.second == 3);
    CHECK(site_table([&] { return std::make_unique<int>(5); }).output != nullptr);
}

TEST_CASE("the table of a model without sites says so") {
    CHECK(to_string(site_table([](const at::Tensor& t) { return t; }, at::ones({1}))) ==
          "no site was passed: give the model HookPoints or Hooked modules\n");
}

TEST_CASE("a site table that an exception ends keeps its rows, and the exception") {
    twice model;
    const auto throws = [&](const at::Tensor& t) -> at::Tensor {
        model.forward(t);
        throw std::runtime_error("out of tea");
    };
    try {
        (void)site_table(throws, at::ones({1, 4}));
        FAIL("nothing was thrown");
    } catch (const SiteTableError& e) {
        CHECK(std::string(e.what()) ==
              "the site table ends after doubled (site 1; SiteTableError::sites has all): out of tea");
        REQUIRE(e.sites.size() == 2);
        CHECK(e.sites[0].path == "before");
        CHECK_THROWS_WITH_AS(std::rethrow_if_nested(e), "out of tea", std::runtime_error);
    }
    CHECK(model.forward(at::ones({1, 4})).sum().item<float>() == 8);  // nothing stays active
    CHECK(suture::detail::innermost_scope == nullptr);
}

TEST_CASE("a hook that fails, or never fires, ends the site table with its own sentence") {
    twice model;
    HookSet fails, idle;
    HookPoint<AnyLayout> elsewhere{"elsewhere"};
    const auto wrong = fails.add(model.before, on<Q>(token(9)).zero());
    const auto never = idle.add(elsewhere, [](const at::Tensor&) {});
    const at::Tensor x = at::ones({1, 4});
    const std::string failed = message_of<SiteTableError>([&] { (void)site_table(model, fails, x); });
    CHECK(says(failed, "the site table ends before the first site: before: Q[token 9] = 0", "token 9 is outside"));
    const std::string unfired = message_of<SiteTableError>([&] { (void)site_table(model, idle, x); });
    CHECK(says(unfired, "the site table ends after doubled", "never fired: elsewhere"));
    try {
        (void)site_table(model, fails, x);
    } catch (const SiteTableError& e) {
        CHECK_THROWS_AS(std::rethrow_if_nested(e), PositionError);
    }
}
