#include "suture/hook/detail/pass_site.hpp"

#include "suture/hook/hook_point.hpp"
#include "suture/hook/hook_set.hpp"

#include "doctest.hpp"
#include "message.hpp"

#include <ATen/ATen.h>

using namespace suture;
using suture_test::message_of;
using suture_test::says;

namespace {
struct fixture {
    HookPoint<AnyLayout> point{"m"};
    HookSet hooks;
    template <class F>
    at::Tensor passed(const at::Tensor& t, F f) {
        hooks.add(point, std::move(f));
        const auto scope = hooks.activate();
        return suture::detail::pass_site(point, t);
    }
};
}  // namespace

TEST_CASE_FIXTURE(fixture, "a tensor that hooks only look at passes as it is") {
    const at::Tensor t = at::ones({2, 3}).t();
    CHECK(passed(t, [](const at::Tensor&) {}).is_same(t));
}
TEST_CASE_FIXTURE(fixture, "a replacement has the memory order of what it replaces") {
    const at::Tensor t = at::ones({2, 3}).t();
    const at::Tensor after = passed(t, [](const at::Tensor& a) { return a.contiguous() * 2; });
    CHECK(after.equal(t * 2));
    CHECK(after.strides() == t.strides());
}
TEST_CASE_FIXTURE(fixture, "a replacement of another shape is refused with the site") {
    CHECK(says(message_of<ShapeError>([&] { passed(at::ones({2}), [](const at::Tensor&) { return at::ones({3}); }); }),
               "m: ", "[3]", "[2]"));
}
