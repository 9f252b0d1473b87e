// The catalogue against the models' own modules: where each head of each component lies, as make_layout_goldens.py found it
// out from 171 modules of transformers' models and of published code.
#include "suture/core/published_layouts.hpp"
#include "suture/edit/on.hpp"
#include "suture/tensor/extents.hpp"
#include "suture/tensor/view.hpp"

#include "doctest.hpp"
#include "laws/layouts.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace laws;
using nlohmann::json;

/// The channels of each head of each component.
using Heads = std::map<std::string, std::vector<std::vector<Index>>>;

std::string file(const std::string& path) {
    std::ifstream in(SUTURE_SOURCE_DIR "/" + path);
    REQUIRE(in);
    return {std::istreambuf_iterator<char>(in), {}};
}

const json& goldens() {
    static const json all = json::parse(file("tests/laws/layout_goldens.json"))["goldens"];
    return all;
}

/// What a View of the numbers of the channels shows, head by head.
template <Layout L>
Heads heads_of(const LayoutFacts& facts) {
    const Extents<L> numbers(facts);
    const at::Tensor channels = at::arange(numbers.width()).unsqueeze(0);  // one token
    const View<L> view = borrow<L>(channels, numbers);
    Heads found;
    for_each_component<L>([&]<class C>(std::type_identity<C>, std::size_t) {
        for (Index h = 0; h < numbers.template heads<C>(); ++h) {
            const at::Tensor head_channels = view[on<C>(token(0), head(h))].clone().contiguous();
            const Index* begin = head_channels.template data_ptr<Index>();
            found[C::name].emplace_back(begin, begin + head_channels.numel());
        }
    });
    return found;
}

/// The golden's, which has one entry for each head that reads it.
Heads heads_of(const json& golden) {
    Heads found;
    for (const auto& [name, entries] : golden["components"].items())
        for (const json& entry : entries) {
            std::vector<Index> head;
            for (Index c = entry[0]; c < entry[1]; ++c) head.push_back(c);
            found[name].push_back(std::move(head));
        }
    return found;
}

/// Whether these are the golden's heads, if several of its entries may read one of them.
bool agrees(const Heads& layout, const Heads& golden) {
    if (layout.size() != golden.size()) return false;
    for (const auto& [name, heads] : layout) {
        const auto found = golden.find(name);
        if (found == golden.end() || found->second.size() % heads.size() != 0) return false;
        const std::size_t readers = found->second.size() / heads.size();
        for (std::size_t i = 0; i < found->second.size(); ++i)
            if (found->second[i] != heads[i / readers]) return false;
    }
    return true;
}

/// "Gpt2Qkv<32, 8>" as the name and the numbers.
std::pair<std::string, std::vector<Index>> parsed(const std::string& entry) {
    const std::size_t open = entry.find('<');
    std::vector<Index> numbers;
    std::istringstream rest(entry.substr(open + 1));
    for (Index number; rest >> number; rest.ignore(2)) numbers.push_back(number);
    return {entry.substr(0, open), numbers};
}
std::string text(std::string_view name, const std::vector<Index>& numbers) {
    std::string all;
    for (const Index number : numbers) all += (all.empty() ? "" : ", ") + std::to_string(number);
    return std::string(name) + "<" + all + ">";
}

/// Every number of a layout is a number of heads or of groups, or the width of a head or of a component.
std::vector<Index> numbers_in(const Heads& golden) {
    std::set<Index> numbers;
    for (const auto& component : golden) {
        const std::set<std::vector<Index>> heads(component.second.begin(), component.second.end());
        std::set<Index> channels;
        for (const auto& head : heads) {
            numbers.insert(static_cast<Index>(head.size()));
            channels.insert(head.begin(), head.end());
        }
        Index runs = 0;
        for (const Index c : channels) runs += channels.count(c - 1) == 0;
        numbers.insert({static_cast<Index>(heads.size()), static_cast<Index>(channels.size()), runs});
    }
    return {numbers.begin(), numbers.end()};
}

/// Calls f with every choice of `count` numbers.
template <class F>
void for_each_choice(const std::vector<Index>& from, std::size_t count, F&& f, std::vector<Index> chosen = {}) {
    if (chosen.size() == count) return f(chosen);
    chosen.push_back(0);
    for (const Index number : from) {
        chosen.back() = number;
        for_each_choice(from, count, f, chosen);
    }
}

}  // namespace

TEST_CASE("each module's heads are where the catalogue's layout of the model has them") {
    std::map<std::string, std::function<Heads(const std::vector<Index>&)>> readings;
    for_each_published_layout([&]<class L>(const PublishedLayout& layout, std::type_identity<L>) {
        readings[std::string(layout.name)] = [&layout](const std::vector<Index>& numbers) {
            const std::optional<LayoutValue> value = layout.of(numbers);
            REQUIRE(value);
            return heads_of<L>(value->facts());
        };
    });
    std::set<std::string> met;
    std::size_t heads = 0;
    for (const json& golden : goldens()) {
        const std::string entry = golden["entry"];
        CAPTURE(std::string(golden["architecture"]));
        CAPTURE(std::string(golden["module"]));
        CAPTURE(entry);
        const auto named = parsed(entry);
        REQUIRE(readings.count(named.first) == 1);
        const Heads found = readings.at(named.first)(named.second);
        CHECK(agrees(found, heads_of(golden)));
        CHECK(find_layout(named.first)->of(named.second)->width() == golden["width"]);
        met.insert(named.first);
        for (const auto& component : found) heads += component.second.size();
    }
    CHECK(goldens().size() == 171);
    CHECK(heads == 1552);
    CHECK(met.size() == published_layouts.size());
}

TEST_CASE("the layouts with a module's channels are those that the golden lists") {
    for (const json& golden : goldens()) {
        CAPTURE(std::string(golden["architecture"]));
        CAPTURE(std::string(golden["module"]));
        const Heads expected = heads_of(golden);
        std::vector<std::string> found;
        for_each_published_layout([&]<class L>(const PublishedLayout& layout, std::type_identity<L>) {
            for_each_choice(numbers_in(expected), layout.count, [&](const std::vector<Index>& numbers) {
                const std::optional<LayoutValue> value = layout.of(numbers);
                if (value && value->width() == golden["width"] && value->count == expected.size() &&
                    agrees(heads_of<L>(value->facts()), expected))
                    found.push_back(text(layout.name, numbers));
            });
        });
        std::sort(found.begin(), found.end());
        CHECK(found == golden["formulas"].get<std::vector<std::string>>());
    }
}

TEST_CASE("the laws are checked on every layout of the catalogue") {
    for (const PublishedLayout& layout : published_layouts) {
        CAPTURE(layout.name);
        bool found = false;
        for_each_layout<every_layout>([&]<class L>(std::type_identity<L>) {
            const LayoutFacts& facts = facts_of<L>;
            std::set<Index> numbers{facts.groups};
            for (const ComponentFacts& c : facts)
                numbers.insert({c.width, c.heads, c.width / c.heads, c.width * facts.groups, c.heads * facts.groups});
            for_each_choice({numbers.begin(), numbers.end()}, layout.count, [&](const std::vector<Index>& chosen) {
                const std::optional<LayoutValue> value = layout.of(chosen);
                found = found || (value && suture::detail::are_same_numbers(value->facts(), facts));
            });
        });
        CHECK(found);
    }
}

TEST_CASE("every layout of the catalogue's header is among the published layouts") {
    std::istringstream header(file("include/suture/core/catalogue.hpp"));
    std::vector<std::string> names;
    for (std::string line; std::getline(header, line);) {
        const std::size_t assigned = line.find(" =");
        if (line.rfind("using ", 0) != 0 || assigned == std::string::npos) continue;
        const std::string definition = line.substr(std::min(line.size(), assigned + 3));
        // Not the channels of a module: what attention computes with, whose axes are named.
        if (definition.rfind("Ordered<", 0) == 0 || definition.rfind("SplitHeads<", 0) == 0) continue;
        names.push_back(line.substr(6, assigned - 6));
    }
    std::vector<std::string> published;
    for (const PublishedLayout& layout : published_layouts) published.emplace_back(layout.name);
    CHECK(names == published);
}

TEST_CASE("the page of layouts has a row for each, with the same models") {
    std::string page = file("docs/layouts.md");
    page.erase(std::remove(page.begin(), page.end(), '`'), page.end());
    for (const PublishedLayout& layout : published_layouts) {
        std::string row = "| " + std::string(layout.name) + "<";
        for (std::size_t i = 0; i < layout.count; ++i) row += (i ? ", " : "") + std::string(layout.letters[i]);
        row += "> | " + std::string(layout.models) + " |";
        CAPTURE(row);
        CHECK(page.find(row) != std::string::npos);
    }
}
