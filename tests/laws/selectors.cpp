// Selectors known at run time mean what their twins known at compile time mean, and one that is not there is refused with
// the component and its limit, before anything is written. For every component of every layout.
#include "suture/edit/apply.hpp"
#include "suture/edit/on.hpp"

#include "laws/layouts.hpp"
#include "laws/oracle.hpp"
#include "laws/tensors.hpp"

#include "message.hpp"

#include <ATen/ops/arange.h>

#include <string>
#include <type_traits>
#include <vector>

namespace {

using namespace laws;
using suture_test::message_of;
using suture_test::says;

/// Whether two places of a View hold the same values in the same shape.
template <Layout L, class A, class B>
bool same_place(const View<L>& view, const A& a, const B& b) {
    return same_bits(view[a].clone().contiguous(), view[b].clone().contiguous());
}

/// An activation in which all numbers differ.
template <Layout L>
View<L> counting() {
    return borrow<L>(at::arange(6 * L::width, at::kFloat).reshape({2, 3, L::width}));
}

/// Calls f with each component, and with the layout itself if it is a component in groups.
template <Layout L, class F>
void for_each_part_with_heads(F&& f) {
    for_each_component<L>([&]<class C>(std::type_identity<C> c, std::size_t) { f(c); });
    if constexpr (head_count < L, L >> 0 && !Component<L>) f(std::type_identity<L>{});
}

std::vector<Index> numbers_of(Index begin, Index end) { return counted(begin, end); }

}  // namespace

TEST_CASE("a head or a range of heads known at run time is its twin known at compile time") {
    for_each_layout<every_layout>([]<class L>(std::type_identity<L>) {
        CAPTURE(layout_text(facts_of<L>));
        const View<L> view = counting<L>();
        for_each_part_with_heads<L>([&]<class C>(std::type_identity<C>) {
            constexpr Index count = head_count<L, C>, one = (2 * count) / 3, first = count / 3;
            CHECK(same_place(view, on<C>(head(one)), on<C>(head<one>)));
            CHECK(same_place(view, on<C>(head(one - count)), on<C>(head<one>)));
            CHECK(same_place(view, on<C>(heads(first, count)), on<C>(heads<first, count>)));
            CHECK(same_place(view, on<C>(heads(first - count, to_end)), on<C>(heads<first, count>)));
            CHECK(same_place(view, on<C>(heads()), on<C>(heads<0, count>)));
            CHECK(same_place(view, on<C>(heads(numbers_of(first, count))), on<C>(heads<first, count>)));
        });
    });
}

TEST_CASE("dims known at run time are their twins known at compile time") {
    for_each_layout<every_layout>([]<class L>(std::type_identity<L>) {
        CAPTURE(layout_text(facts_of<L>));
        const View<L> view = counting<L>();
        for_each_part_with_heads<L>([&]<class C>(std::type_identity<C>) {
            constexpr Index count = head_count<L, C>, width = channel_count<L, C>, each = width / count;
            constexpr Index begin = width / 3, end = begin + (width - begin + 1) / 2;
            CHECK(same_place(view, on<C>(dims(begin, end)), on<C>(dims<begin, end>)));
            CHECK(same_place(view, on<C>(dims(begin - width, end)), on<C>(dims<begin, end>)));
            CHECK(same_place(view, on<C>(dims(numbers_of(begin, end))), on<C>(dims<begin, end>)));
            CHECK(same_place(view, on<C>(head(0), dims(each - 1, to_end)), on<C>(head<0>, dims<each - 1, each>)));
            CHECK(same_place(view, on<C>(head<0>, dims({Index{-1}})), on<C>(head<0>, dims<each - 1, each>)));
        });
    });
}

TEST_CASE("all heads side by side are all channels, and all dims of a layout are the layout") {
    for_each_layout<every_layout>([]<class L>(std::type_identity<L>) {
        CAPTURE(layout_text(facts_of<L>));
        const View<L> view = counting<L>();
        for_each_part_with_heads<L>([&]<class C>(std::type_identity<C>) {
            constexpr Index count = head_count<L, C>, width = channel_count<L, C>;
            const at::Tensor all = view[on<C>()].clone().take(), by_head = view[on<C>(heads())].clone();
            CHECK(all.sizes() == at::IntArrayRef({2, 3, width}));
            CHECK(by_head.sizes() == at::IntArrayRef({2, 3, count, width / count}));
            CHECK(same_bits(by_head.reshape(all.sizes()), all));
            for (Index h = 0; h < count; ++h)
                CHECK(same_bits(view[on<C>(head(h))].clone().contiguous(), by_head.select(2, h).contiguous()));
            CHECK(same_bits(view[on<C>(dims(0, width))].clone().contiguous(), all));
        });
        CHECK(same_bits(view[on<L>(dims(0, L::width))].clone(), view.clone().take()));
    });
}

TEST_CASE("a head or dim that is not there is refused with the component and its limit, and nothing is written") {
    for_each_layout<every_layout>([]<class L>(std::type_identity<L>) {
        CAPTURE(layout_text(facts_of<L>));
        const View<L> view = counting<L>();
        for_each_component<L>([&]<class C>(std::type_identity<C>, std::size_t) {
            const Index count = head_count<L, C>, width = channel_count<L, C>, each = width / count;
            const std::string name = C::name;
            const std::string heads_there = "has " + std::to_string(count) + (count == 1 ? " head" : " heads");
            const auto channels_there = [](Index n) {
                return "has " + std::to_string(n) + (n == 1 ? " channel" : " channels");
            };
            Owned<L> owned = view.clone();
            // The same message when read, written, edited and bound to the layout.
            const auto refused = [&](const auto& place, const std::string& what, const std::string& there) {
                const std::string read = message_of<PositionError>([&] { (void)view[place]; });
                CHECK(says(read, what, there, "count from 0"));
                CHECK(message_of<PositionError>([&] { owned[place] = 0; }) == read);
                CHECK(message_of<PositionError>([&] { place.zero().template bind<L>(); }) == read);
                const auto edit = on<L>().set(1) | place.zero();
                CHECK(says(message_of<PositionError>([&] { owned |= edit; }), read));
                CHECK(owned.equal(view));
            };
            const auto number = [](Index n) { return std::to_string(n); };
            refused(on<C>(head(count)), "head " + number(count) + " is outside " + name, heads_there);
            refused(on<C>(head(-count - 1)), "head " + number(-count - 1) + " is outside " + name, heads_there);
            refused(on<C>(heads(0, count + 1)), "heads from 0 to " + number(count + 1) + " are outside " + name,
                    heads_there);
            refused(on<C>(heads({Index{0}, count})), "head " + number(count) + " is outside " + name, heads_there);
            refused(on<C>(dims(0, width + 1)), "dims from 0 to " + number(width + 1) + " are outside " + name,
                    channels_there(width));
            refused(on<C>(dims({width})), "dim " + number(width) + " is outside " + name, channels_there(width));
            refused(on<C>(head(0), dims(0, each + 1)), "outside a head of " + name, channels_there(each));
            refused(on<C>(heads(), dims({each})), "outside a head of " + name, channels_there(each));
        });
    });
}
