// A range of edits is the edits composed with |, however it is given and applied.
#include "suture/edit/apply.hpp"
#include "suture/edit/on.hpp"

#include "laws/layouts.hpp"
#include "laws/recipes.hpp"
#include "laws/tensors.hpp"

#include <range/v3/view/transform.hpp>

#include <string>
#include <utility>
#include <vector>

namespace {

using namespace laws;

template <class First, class... Rest>
std::type_identity<First> first_of(suture::detail::TypeList<First, Rest...>);
template <Layout L>
using first_component = typename decltype(first_of(suture::detail::components_of<L>{}))::type;

/// What one edit of the range does: the token and head that it adds to, and the number.
struct addition {
    Index at, head;
    double number;
};

}  // namespace

TEST_CASE("a range of edits equals its edits composed with |, in every way of applying it") {
    for_each_layout<every_layout>([]<class L>(std::type_identity<L>) {
        for_all(layout_text(facts_of<L>), 40, [] {
            using C = first_component<L>;
            random_numbers random = draw_numbers();
            const activation a = draw_activation(draw_leading(1, false), L::width, one_of(float_dtypes()), random);
            const Index tokens = a.view.size(-2), heads = head_count<L, C>;
            const auto make = [](const addition& s) { return on<C>(token(s.at), head(s.head)).add(s.number); };
            std::vector<addition> all;
            for (Index i = draw(0, 5); i > 0; --i)
                all.push_back({draw(-tokens, tokens), draw(-heads, heads), static_cast<double>(draw(-3, 4)) + 0.5});

            // The same by hand: one after another, and composed.
            using edit = decltype(make(all.front()));
            std::vector<edit> edits;
            Owned<L> expected = borrow<L>(a.view).clone();
            std::string text;
            for (const addition& s : all) {
                edits.push_back(make(s));
                expected |= make(s);
                text += (text.empty() ? "" : " | ") + to_string(make(s));
            }
            RC_LOG() << a.text << ": " << text << "\n";
            if (edits.size() == 3) RC_ASSERT((borrow<L>(a.view) | (edits[0] | edits[1] | edits[2])).equal(expected));

            const auto lazily = all | ranges::views::transform(make);
            const auto check = [&](const auto& range) {
                RC_ASSERT((borrow<L>(a.view) | range).equal(expected));
                RC_ASSERT((borrow<L>(a.view).clone() | range).equal(expected));
                Owned<L> owned = borrow<L>(a.view).clone();
                owned |= range;
                RC_ASSERT(owned.equal(expected));
            };
            check(edits);
            check(lazily);
            check(RecipeList<edit>(edits));
            // Within a recipe, between other edits.
            const auto around = on<L>().multiply(2) | edits | on<L>().add(1);
            Owned<L> by_hand = borrow<L>(a.view) | on<L>().multiply(2);
            for (const edit& e : edits) by_hand |= e;
            by_hand |= on<L>().add(1);
            check(Recipe<>{} | edits);
            RC_ASSERT((borrow<L>(a.view) | around).equal(by_hand));
            RC_ASSERT(around.size() == edits.size() + 2);
            RC_ASSERT(to_string(Recipe<>{} | lazily) == text);
        });
    });
}
