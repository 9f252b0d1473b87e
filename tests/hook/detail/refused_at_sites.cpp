#include "suture/hook/detail/refused_at_sites.hpp"

#include "suture/hook/hook_point.hpp"
#include "suture/hook/site_ref.hpp"

#include "doctest.hpp"

#include <concepts>
#include <string>
#include <type_traits>
#include <vector>

// What the sentences say is tested with both compilers in tests/compile_fail.

namespace {
template <class S>
concept PassesForATensor = std::convertible_to<S, at::Tensor>;
}  // namespace

TEST_CASE("what a site lacks answers no where it is probed") {
    using namespace suture;
    constexpr auto refuses = []<class S>(S* site) {
        return !requires { site->add(3); }
        &&!requires { site->register_forward_hook(3); }
        &&!requires { (*site)[0]; }
        &&!requires { *site + 1; }
        &&!requires { *site | 1; };
    };
    CHECK(refuses(static_cast<HookPoint<Q<4>>*>(nullptr)));
    CHECK(refuses(static_cast<SiteRef<Q<4>>*>(nullptr)));
    CHECK_FALSE(PassesForATensor<HookPoint<Q<4>>>);
    CHECK_FALSE(PassesForATensor<SiteRef<Q<4>>>);
    CHECK_FALSE(std::convertible_to<SiteRef<Q<4>>, std::string>);
    CHECK_FALSE(std::convertible_to<SiteRef<Q<4>>, SiteRef<K<4>>>);
    CHECK_FALSE(std::convertible_to<SiteRef<Q<4>>, std::vector<SiteRef<Q<4>>>>);
}

TEST_CASE("a site that is found stands for a HookPoint, and copies of it for the same site") {
    using namespace suture;
    const HookPoint<Q<4>> point("h.0.q");
    const SiteRef<Q<4>> found = site_ref(point), copy = found;
    CHECK(found.id() == point.id());
    CHECK(copy == found);
}

TEST_CASE("the refusals at sites are empty bases") {
    using namespace suture::detail;
    CHECK(std::is_empty_v<AddedToASet>);
    CHECK(std::is_empty_v<WithoutValues>);
    CHECK(std::is_empty_v<FoundSite>);
    CHECK(sizeof(suture::HookPoint<suture::Q<4>>) == sizeof(suture::Site));
}
