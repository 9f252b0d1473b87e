// What follows from the sizes alone is kept. Law: a pass gives the bits that it would give without.
#include "suture/exported/detail/runs.hpp"

#include "suture/hook/hook_set.hpp"

#include "doctest.hpp"
#include "exported/graphs.hpp"

#include <ATen/ATen.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using namespace suture::detail;
using namespace suture_test;

namespace {
Json real(double value) { return {{"as_float", value}}; }

/// x + w + arange(size of x) * 2, and that arange itself.
GraphText positions() {
    GraphText text;
    text.parameter("w", {1}).input("x", {"s0"}).size("n", "sym_size.int", {{"self", tensor("x")}, {"dim", number(0)}});
    text.node("a", "arange.default", {{"end", size_value("n")}}, {"s0"});
    text.node("b", "mul.Tensor", {{"self", tensor("a")}, {"other", number(2)}}, {"s0"});
    text.node("c", "add.Tensor", {{"self", tensor("x")}, {"other", tensor("b")}}, {"s0"});
    text.node("d", "add.Tensor", {{"self", tensor("c")}, {"other", tensor("p_w")}}, {"s0"});
    text.node("e", "view.default", {{"self", tensor("a")}, {"size", Json{{"as_ints", {-1}}}}}, {"s0"});
    return text.output("d").output("e");
}

struct Runs {
    explicit Runs(const GraphText& text, std::map<std::string, at::Tensor> weights = {})
        : graph(text, std::move(weights)), runs(graph.model.graph(), graph.model.plain_plan(), graph.model.aliases()) {}

    std::vector<at::Tensor> operator()(const std::vector<c10::IValue>& inputs) {
        return tensors(runs.run(all(inputs)));
    }
    /// Without what is kept.
    std::vector<at::Tensor> anew(const std::vector<c10::IValue>& inputs) {
        return tensors(graph.run(*graph.model.plain_plan(), inputs));
    }
    std::vector<c10::IValue> all(const std::vector<c10::IValue>& given) const {
        std::vector<c10::IValue> values;
        std::size_t next = 0;
        for (const ExportedInput& input : graph.model.graph().inputs)
            values.push_back(input.kind == ExportedInput::Kind::user ? given[next++] : c10::IValue());
        return values;
    }
    static std::vector<at::Tensor> tensors(const std::vector<c10::IValue>& values) {
        std::vector<at::Tensor> made;
        for (const c10::IValue& value : values) made.push_back(value.toTensor());
        return made;
    }
    void check(const at::Tensor& x) {
        const auto kept = (*this)({x}), wanted = anew({x});
        for (std::size_t i = 0; i < wanted.size(); ++i) CHECK(kept[i].equal(wanted[i]));
    }
    RunningGraph graph;
    ExportedRuns runs;
};

struct fixture {
    at::NoGradGuard no_grad;
    at::Tensor w = at::tensor({0.5f});
    Runs runs{positions(), {{"w", w}}};
};
}  // namespace

TEST_CASE_FIXTURE(fixture, "other numbers, other sizes and other strides give what they give anew") {
    for (const std::int64_t size : {4, 4, 7, 7, 4, 1, 0, 4}) {
        runs.check(at::randn({size}));
        runs.check(at::randn({2 * size}).slice(0, 0, 2 * size, 2));
        runs.check(at::randn({size}, at::kDouble));
    }
}

TEST_CASE_FIXTURE(fixture, "a weight that is written is used, also through data()") {
    runs.check(at::ones({3}));
    w.data().fill_(7);
    CHECK(runs({at::ones({3})})[0].equal(at::tensor({8.0f, 10.0f, 12.0f})));
}

TEST_CASE_FIXTURE(fixture, "what the caller writes into a result reaches no other pass") {
    for (int i = 0; i < 3; ++i) {
        const auto results = runs({at::ones({3})});
        CHECK(results[1].equal(at::arange(3)));
        results[1].fill_(9);
    }
}

TEST_CASE_FIXTURE(fixture, "where gradients or inference mode are on, nothing is kept and the bits are the same") {
    {
        const at::AutoGradMode grad(true);
        const at::Tensor x = at::ones({3}).requires_grad_();
        runs({x})[0].sum().backward();
        CHECK(x.grad().equal(at::ones({3})));
    }
    const c10::InferenceMode inference;
    runs.check(at::ones({3}));
    CHECK(runs.runs.kept_bytes() == 0);
}

TEST_CASE("the default dtype counts: a node may leave its own open") {
    const at::NoGradGuard no_grad;
    GraphText text;
    text.input("x", {3}).node("a", "full.default", {{"size", Json{{"as_ints", {3}}}}, {"fill_value", real(0.5)}}, {3});
    Runs runs(text.node("b", "add.Tensor", {{"self", tensor("x")}, {"other", tensor("a")}}, {3}).output("b"));
    runs.check(at::ones({3}));
    const auto before = c10::get_default_dtype();
    c10::set_default_dtype(caffe2::TypeMeta::Make<double>());
    const at::Tensor made = runs({at::ones({3}, at::kFloat)}).front();
    c10::set_default_dtype(before);
    CHECK(made.scalar_type() == at::kDouble);
}

TEST_CASE("storage that a node writes is made anew, although its sizes alone say what it was") {
    const at::NoGradGuard no_grad;
    GraphText text;
    text.input("x", {3}).node("a", "zeros.default", {{"size", Json{{"as_ints", {3}}}}}, {3});
    text.node("b", "add_.Tensor", {{"self", tensor("a")}, {"other", tensor("x")}}, {3});
    Runs runs(text.node("c", "mul.Tensor", {{"self", tensor("b")}, {"other", number(2)}}, {3}).output("c"));
    for (int i = 0; i < 3; ++i) CHECK(runs({at::ones({3})}).front().equal(at::full({3}, 2.0f)));
}

TEST_CASE("a node that draws random numbers draws in every pass") {
    const at::NoGradGuard no_grad;
    GraphText text;
    text.input("x", {64}).node("a", "rand.default", {{"size", Json{{"as_ints", {64}}}}}, {64});
    Runs runs(text.node("b", "add.Tensor", {{"self", tensor("x")}, {"other", tensor("a")}}, {64}).output("b"));
    const at::Tensor x = at::zeros({64}), first = runs({x}).front().clone();
    CHECK_FALSE(runs({x}).front().equal(first));
}

TEST_CASE("what takes a mebibyte is not kept") {
    const at::NoGradGuard no_grad;
    Runs runs(positions(), {{"w", at::tensor({0.5f})}});
    for (int i = 0; i < 2; ++i) runs.check(at::ones({200000}));
    CHECK(runs.runs.kept_bytes() == 0);
    runs.check(at::ones({3}));
    CHECK(runs.runs.kept_bytes() > 0);
}

TEST_CASE("threads with inputs of different sizes each get their own results") {
    Runs runs(positions(), {{"w", at::tensor({0.5f})}});
    std::vector<int> wrong(4);
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < wrong.size(); ++i)
        threads.emplace_back([&, i] {
            const at::NoGradGuard no_grad;
            for (int k = 0; k < 200; ++k) {
                const auto n = static_cast<std::int64_t>(3 + (i + static_cast<std::size_t>(k) / 7) % 3);
                const at::Tensor result = runs({at::full({n}, 0.5f)}).front();
                if (!result.equal(at::arange(n) * 2 + 1.0f)) ++wrong[i];
            }
        });
    for (std::thread& thread : threads) thread.join();
    for (const int count : wrong) CHECK(count == 0);
}

TEST_CASE("sizes that are counted are counted in every pass") {
    const at::NoGradGuard no_grad;
    GraphText text;
    text.input("x", {4}).node("a", "nonzero.default", {{"self", tensor("x")}}, {"u0", 1});
    text.size("n", "sym_size.int", {{"self", tensor("a")}, {"dim", number(0)}});
    text.node("b", "arange.default", {{"end", size_value("n")}}, {"u0"});
    text.node("c", "zeros_like.default", {{"self", tensor("a")}}, {"u0", 1});
    text.node("d", "new_ones.default", {{"self", tensor("x")}, {"size", {{"as_sym_ints", {{{"as_name", "n"}}}}}}},
              {"u0"});
    text.size("m", "sym_size.int", {{"self", tensor("x")}, {"dim", number(0)}});
    text.node("e", "arange.default", {{"end", size_value("m")}}, {4});  // this alone is kept
    Runs runs(text.output("b").output("c").output("d").output("e"));
    runs.check(at::tensor({1.0f, 0.0f, 2.0f, 0.0f}));
    runs.check(at::tensor({1.0f, 3.0f, 2.0f, 0.0f}));
    runs.check(at::zeros({4}));
}

TEST_CASE("what autocasting gives is not kept, nor what was kept used by it") {
    const at::NoGradGuard no_grad;
    GraphText text;
    text.input("x", {3}).node("a", "full.default", {{"size", Json{{"as_ints", {2, 2}}}}, {"fill_value", real(0.1)}},
                              {2, 2});
    Runs runs(text.node("b", "matmul.default", {{"self", tensor("a")}, {"other", tensor("a")}}, {2, 2}).output("b"));
    const at::Tensor x = at::ones({3});
    for (int i = 0; i < 2; ++i) {
        CHECK(runs({x}).front().scalar_type() == at::kFloat);
        const AutocastGuard guard({c10::DeviceType::CPU, true, at::kBFloat16});
        CHECK(runs({x}).front().scalar_type() == at::kBFloat16);
    }
}

TEST_CASE("what is written through a result of einsum is made anew") {
    const at::NoGradGuard no_grad;
    GraphText text;
    text.input("x", {2, 3}).node("a", "zeros.default", {{"size", Json{{"as_ints", {3, 2}}}}}, {3, 2});
    text.node("b", "einsum.default", {{"equation", {{"as_string", "ij->ji"}}}, {"tensors", tensors({"a"})}}, {2, 3});
    text.node("c", "add_.Tensor", {{"self", tensor("b")}, {"other", tensor("x")}}, {2, 3});
    Runs runs(text.node("d", "mul.Tensor", {{"self", tensor("a")}, {"other", number(2)}}, {3, 2}).output("d"));
    for (int i = 1; i < 4; ++i) CHECK(runs({at::full({2, 3}, i)}).front().equal(at::full({3, 2}, 2.0f * i)));
}

TEST_CASE("a result that is kept has the strides that it has anew") {
    const at::NoGradGuard no_grad;
    GraphText text;
    text.input("x", {3}).node("a", "arange.default", {{"end", number(3)}}, {3});
    Runs runs(text.node("b", "expand.default", {{"self", tensor("a")}, {"size", Json{{"as_ints", {2, 3}}}}}, {2, 3})
                  .output("b"));
    for (int i = 0; i < 3; ++i) {
        const at::Tensor result = runs({at::ones({3})}).front();
        CHECK(result.strides() == at::IntArrayRef({0, 1}));
        CHECK(result.select(0, 1).equal(at::arange(3)));
        result.select(0, 0).fill_(9);
    }
}

TEST_CASE("hooks see and change what sites pass on, also where the sizes alone say it") {
    const at::NoGradGuard no_grad;
    GraphText text;
    text.input("x", {3}).node("a", "ones.default", {{"size", Json{{"as_ints", {3}}}}}, {3}, "maker");
    text.node("b", "mul.Tensor", {{"self", tensor("a")}, {"other", number(2)}}, {3}, "doubler");
    RunningGraph graph(text.node("c", "add.Tensor", {{"self", tensor("x")}, {"other", tensor("b")}}, {3}).output("c"));
    ExportedRuns runs(graph.model.graph(), graph.model.plan_with_sites(), graph.model.aliases());
    const auto run = [&] { return runs.run({at::ones({3})}).front().toTensor(); };
    for (int i = 0; i < 2; ++i) CHECK(run().equal(at::full({3}, 3.0f)));
    for (const std::string path : {"maker", "doubler", "doubler.input"})
        for (int i = 0; i < 2; ++i) {
            CAPTURE(path);
            suture::HookSet hooks;
            int seen = 0;
            hooks.add(suture::SiteRef<suture::AnyLayout>(graph.site(path)), [&](const at::Tensor& t) {
                CHECK(t.equal(at::full({3}, path == "doubler" ? 2.0f : 1.0f)));
                ++seen;
                return t * 5;
            });
            {
                const auto scope = hooks.activate();
                for (int k = 0; k < 2; ++k) CHECK(run().equal(at::full({3}, 11.0f)));
            }
            CHECK(seen == 2);
            CHECK(run().equal(at::full({3}, 3.0f)));
        }
}

TEST_CASE("how many numbers of an input differ from zero does not follow from its sizes") {
    const at::NoGradGuard no_grad;
    GraphText text;
    text.input("x", {4}).node("found", "nonzero.default", {{"self", tensor("x")}}, {"u0", 1});
    text.size("n", "sym_size.int", {{"self", tensor("found")}, {"dim", number(0)}});
    text.node("a", "arange.default", {{"end", size_value("n")}}, {"u0"});
    Runs runs(text.node("b", "zeros_like.default", {{"self", tensor("found")}}, {"u0", 1}).output("a").output("b"));
    for (const at::Tensor& x : {at::tensor({1.0f, 0.0f, 1.0f, 1.0f}), at::tensor({0.0f, 0.0f, 1.0f, 0.0f})}) {
        runs.check(x);
        CHECK(runs({x})[0].size(0) == x.sum().item<std::int64_t>());
        CHECK(runs({x})[1].size(0) == x.sum().item<std::int64_t>());
    }
}
