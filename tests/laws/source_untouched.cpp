// Whatever a recipe does, and wherever it fails, the borrowed tensor keeps its bytes and its version, and an Owned that
// could not be edited is unchanged.
#include "suture/edit/apply.hpp"
#include "suture/edit/on.hpp"

#include "laws/layouts.hpp"
#include "laws/recipes.hpp"

#include <ATen/ops/full.h>

#include <functional>
#include <stdexcept>
#include <string>

namespace {

using namespace laws;

/// The bytes of a tensor's whole storage and its version, for later comparison.
class snapshot {
public:
    explicit snapshot(const at::Tensor& t) : tensor_(t), bytes_(storage_bytes(t)), version_(t._version()) {}
    bool still_true() const { return tensor_._version() == version_ && storage_bytes(tensor_) == bytes_; }

private:
    at::Tensor tensor_;
    std::vector<char> bytes_;
    decltype(at::Tensor()._version()) version_;
};

/// The message of a failing attempt; "" if nothing was thrown.
template <class F>
std::string thrown_by(F&& f) {
    try {
        f();
    } catch (const PositionError&) {
        return "PositionError";
    } catch (const ShapeError&) {
        return "ShapeError";
    } catch (const TypeError&) {
        return "TypeError";
    } catch (const ValueError&) {
        return "ValueError";
    } catch (const std::runtime_error& e) {
        return e.what();
    }
    return "";
}

/// Tries the recipe in all three ways: each must throw this kind of error and change neither the source nor the Owned.
template <Layout L, AnyRecipe R>
void check_failure(const activation& a, const R& recipe, const std::string& expected) {
    RC_LOG() << to_string(recipe) << "\n";
    const snapshot before(a.base);
    RC_ASSERT(thrown_by([&] { (void)(borrow<L>(a.view) | recipe); }) == expected);
    RC_ASSERT(before.still_true());

    Owned<L> owned = borrow<L>(a.view).clone();
    RC_ASSERT(thrown_by([&] { owned |= recipe; }) == expected);
    RC_ASSERT(same_bits(owned.view().unsafe_tensor(), a.view));
    RC_ASSERT(thrown_by([&] { (void)(std::move(owned) | recipe); }) == expected);
    RC_ASSERT(same_bits(std::move(owned).take(), a.view));
    RC_ASSERT(before.still_true());
}

template <Layout L>
struct ends {
    template <class First, class... Rest>
    static std::type_identity<First> first(suture::detail::TypeList<First, Rest...>);
    template <class... Cs>
    static auto last(suture::detail::TypeList<Cs...>) -> decltype((std::type_identity<Cs>{}, ...));
    using first_component = typename decltype(first(suture::detail::components_of<L>{}))::type;
    using last_component = typename decltype(last(suture::detail::components_of<L>{}))::type;
};

/// Recipes whose first edit is valid and whose second is not.
template <Layout L>
void check_failures() {
    for_all(layout_text(facts_of<L>), 30, [] {
        random_numbers random = draw_numbers();
        const at::ScalarType dtype = one_of(every_dtype());
        const activation a = draw_activation(draw_leading(1, false), L::width, dtype, random, once_in(3));
        RC_LOG() << a.text << ": ";

        using C = typename ends<L>::last_component;
        using function = std::function<at::Tensor(at::Tensor)>;
        const auto first = on<typename ends<L>::first_component>().set(7);
        const auto applied = [&](function f, const char* expected) {
            check_failure<L>(a, first | on<C>().apply(std::move(f)), expected);
        };
        const auto set = [&](const at::Tensor& t, const char* expected) {
            check_failure<L>(a, first | on<C>().set(t), expected);
        };
        const at::ScalarType other = dtype == at::kFloat ? at::kDouble : at::kFloat;
        switch (draw(0, 9)) {
            case 0:
                return applied([](at::Tensor) -> at::Tensor { throw std::runtime_error("mine"); }, "mine");
            case 1:
                return applied(
                    [](at::Tensor t) -> at::Tensor {
                        t.fill_(3);
                        throw std::runtime_error("mine, after a write");
                    },
                    "mine, after a write");
            case 2:
                return applied([&](at::Tensor) { return at::zeros({channel_count<L, C> + 1}, dtype); }, "ShapeError");
            case 3:
                return applied([&](at::Tensor t) { return t.to(other); }, "TypeError");
            case 4:
                return applied([](at::Tensor) { return at::Tensor(); }, "TypeError");
            case 5:
                return check_failure<L>(a, first | on<C>(token(99)).set(1), "PositionError");
            case 6:
                return set(at::zeros({channel_count<L, C> + 1}, dtype), "ShapeError");
            case 7:
                return set(at::zeros({channel_count<L, C>}, other), "TypeError");
            default:
                return set(at::Tensor(), "TypeError");
        }
    });
}

}  // namespace

TEST_CASE("a recipe keeps the bytes and version of its source and of injected tensors") {
    for (const layout_under_test& l : every_layout_under_test())
        for_all(l.name, 200, [&l] {
            const drawn_case c = draw_case(l);
            if (c.recipe.is_impossible()) return;
            const snapshot source(c.source.base);
            const std::vector<snapshot> injected(c.recipe.injected.begin(), c.recipe.injected.end());
            for (way how : {way::pipe, way::consume, way::assign}) {
                const at::Tensor edited = c.recipe.run(c.source.view, how);
                RC_ASSERT(!edited.is_alias_of(c.source.base));
                RC_ASSERT(source.still_true());
                for (const snapshot& s : injected) RC_ASSERT(s.still_true());
                // A later write to the result does not reach the source either.
                edited.fill_(1);
                RC_ASSERT(source.still_true());
                for (const snapshot& s : injected) RC_ASSERT(s.still_true());
            }
        });
}

TEST_CASE("a recipe that throws at its second edit changes neither the source nor the Owned") {
    for_each_layout<every_layout>([]<class L>(std::type_identity<L>) { check_failures<L>(); });
}

TEST_CASE("an operand of any kind is used or refused, but never partly applied") {
    using L = Fused<4, Q<2>, K<2>>;
    const at::Tensor made_elsewhere = [] {
        const c10::InferenceMode inference;
        return at::full({2}, 3.0);
    }();
    const at::Tensor source = at::full({3, 4}, 5.0).requires_grad_();
    Owned<L> owned = borrow<L>(source).clone();
    const auto attempt = [&](const auto& recipe) {
        const at::Tensor before = owned.view().unsafe_tensor().clone();
        try {
            owned |= recipe;
        } catch (const Error&) {
            CHECK(same_bits(owned.view().unsafe_tensor(), before));
        }
    };
    CHECK_NOTHROW(attempt(on<Q<2>>().set(0) | on<K<2>>().set(made_elsewhere)));
    CHECK_NOTHROW(attempt(on<Q<2>>().set(1) | on<K<2>>().add(made_elsewhere)));
    CHECK_NOTHROW(attempt(on<Q<2>>().set(2) | on<K<2>>().multiply(made_elsewhere)));
    CHECK_NOTHROW(attempt(on<Q<2>>().set(3) | on<K<2>>().steer(made_elsewhere, 2)));
    CHECK_NOTHROW(attempt(on<Q<2>>().set(4) | on<K<2>>().project_out(made_elsewhere)));
    CHECK_NOTHROW(attempt(on<Q<2>>().set(5) | on<K<2>>().apply([&](at::Tensor t) { return made_elsewhere.add(t); })));
}
