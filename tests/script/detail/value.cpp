// Hooks on the tensors inside TorchScript values.
#include "suture/script/detail/value.hpp"

#include "suture/hook/hook_point.hpp"
#include "suture/hook/hook_set.hpp"

#include "doctest.hpp"
#include "message.hpp"

#include <ATen/ops/ones.h>
#include <ATen/ops/zeros.h>

#include <string>
#include <utility>

using namespace suture;
using suture::detail::ScriptValue;
using suture_test::message_of;
using suture_test::says;

namespace {
using Kind = ScriptValue::Kind;

/// A site at which a hook adds one.
struct fixture {
    HookPoint<AnyLayout> point{"m"};
    HookSet hooks;
    HookKey key = hooks.add(point, [](const at::Tensor& t) { return t.add(1); }).may_be_idle();
    ScriptValue tensor{Kind::tensor, &point, {}}, other{Kind::other, nullptr, {}};

    bool run(const ScriptValue& as, c10::IValue& value) const {
        const auto scope = hooks.activate();
        return as.run_hooks_on(value);
    }
};
bool is_ones(const c10::IValue& value) { return value.toTensor().equal(at::ones({2})); }
}  // namespace

TEST_CASE_FIXTURE(fixture, "without a scope a value is the same value") {
    const at::Tensor t = at::zeros({2});
    c10::IValue value = t;
    CHECK_FALSE(tensor.is_hooked());
    CHECK_FALSE(tensor.run_hooks_on(value));
    CHECK(value.toTensor().is_same(t));
    const auto scope = hooks.activate();
    CHECK(tensor.is_hooked());
    CHECK_FALSE(other.is_hooked());
}

TEST_CASE_FIXTURE(fixture, "tensors are edited wherever they are, and other values stay") {
    c10::IValue tuple = c10::ivalue::Tuple::create({at::zeros({2}), 7, c10::IValue()});
    CHECK(run({Kind::tuple, nullptr, {tensor, other, tensor}}, tuple));
    CHECK(is_ones(tuple.toTuple()->elements()[0]));
    CHECK(tuple.toTuple()->elements()[1].toInt() == 7);
    CHECK(tuple.toTuple()->elements()[2].isNone());

    c10::List<at::Tensor> list({at::zeros({2}), at::zeros({2})});
    c10::IValue edited = list;
    CHECK(run({Kind::list, nullptr, {tensor}}, edited));
    CHECK(is_ones(edited.toTensorVector()[1]));
    CHECK(list.get(1).equal(at::zeros({2})));

    c10::Dict<std::string, at::Tensor> dict;
    dict.insert("a", at::zeros({2}));
    c10::IValue changed = dict;
    CHECK(run({Kind::dict, nullptr, {tensor}}, changed));
    CHECK(is_ones(changed.toGenericDict().at("a")));
    CHECK(dict.at("a").equal(at::zeros({2})));
}

TEST_CASE_FIXTURE(fixture,
                  "a replacement has the memory order of the value that it replaces, for a model that calls view()") {
    const at::Tensor transposed = at::zeros({2, 3}).t();
    HookSet contiguous;
    const auto replacing = contiguous.add(point, [](const at::Tensor& t) { return t.add(1).contiguous(); });
    c10::IValue value = transposed;
    const auto scope = contiguous.activate();
    CHECK(tensor.run_hooks_on(value));
    CHECK(value.toTensor().strides() == transposed.strides());
    CHECK(value.toTensor().equal(at::ones({3, 2})));
}

TEST_CASE_FIXTURE(fixture, "a replacement of another shape is refused with the site's name") {
    HookSet wrong;
    const auto replacing = wrong.add(point, [](const at::Tensor&) { return at::ones({3}); });
    c10::IValue value = at::zeros({2});
    CHECK(says(message_of<ShapeError>([&] {
                   const auto scope = wrong.activate();
                   (void)tensor.run_hooks_on(value);
               }),
               "m: ", "[3]", "[2]"));
}
