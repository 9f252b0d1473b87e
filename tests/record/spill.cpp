// Spilling: a history in a file gives the same entries as in memory, and holds no memory.
#include "suture/record/spill.hpp"

#include "suture/edit/on.hpp"
#include "suture/hook/hook_point.hpp"
#include "suture/hook/hook_set.hpp"
#include "suture/hook/sequence_pass.hpp"

#include "file/files.hpp"
#include "message.hpp"

#include <ATen/ATen.h>
#include <range/v3/range/conversion.hpp>
#include <range/v3/view/transform.hpp>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <filesystem>
#include <random>
#include <string>
#include <thread>
#include <vector>

using namespace suture;
using files::Folder;
using files::same_bits;
using suture_test::message_of;
using suture_test::says;

namespace {

using Small = Fused<6, Q<2>, K<2>, V<2>>;
using Packed = Grouped<3, Q<1>, K<1>>;

struct fixture {
    std::vector<HookPoint<Small>> sites{HookPoint<Small>("h.0"), HookPoint<Small>("h.1")};
    HookSet hooks;
    History<Q<2>> history;
    HookKey key = hooks.add(sites, history);
    std::vector<at::Tensor> queries;  ///< what was recorded, bit for bit
    std::mt19937_64 random{3};
    Folder folder;

    void pass(at::ScalarType type = at::kFloat) {
        const auto scope = hooks.activate();
        for (const auto& site : sites) {
            const at::Tensor x = files::random_bits({4, 6}, type, random);
            queries.push_back(site(x).narrow(-1, 0, 2).clone());
        }
    }
    template <class H>
    void check_same(const H& other) const {
        REQUIRE(other.size() == queries.size());
        for (std::size_t i = 0; i < queries.size(); ++i) {
            CAPTURE(i);
            const auto entry = other.begin()[static_cast<std::ptrdiff_t>(i)];
            CHECK(same_bits(entry.view().unsafe_tensor(), queries[i]));
            CHECK(entry.layer() == i % 2);
            CHECK(entry.pass() == i / 2);
            CHECK(entry.name() == "h." + std::to_string(i % 2));
        }
    }
};

}  // namespace

TEST_CASE_FIXTURE(fixture, "a spilled history gives the same bits and holds nothing in memory") {
    pass(), pass(at::kHalf), pass(at::kBFloat16), pass(at::kDouble);
    const std::size_t held = history.bytes_held();
    CHECK(held == 2 * 8 * (4 + 2 + 2 + 8));
    spill(history, folder / "a.safetensors");
    CHECK(history.bytes_held() == 0);
    check_same(history);
    CHECK(history.bytes_held() == 0);
    CHECK(files::fs::file_size(folder / "a.safetensors") > held);
}

TEST_CASE_FIXTURE(fixture, "recording continues after a spill, and the new entries are spilled to another file") {
    pass(), pass();
    spill(history, folder / "a.safetensors");
    pass();
    CHECK(history.bytes_held() == 2 * 8 * sizeof(float));
    check_same(history);
    CHECK(says(message_of<ValueError>([&] { spill(history, folder / "./a.safetensors"); }), "a.safetensors", "already",
               "another file"));
    CHECK(history.bytes_held() > 0);
    spill(history, folder / "b.safetensors");
    CHECK(history.bytes_held() == 0);
    check_same(history);
    CHECK(history.stack(1).sizes() == at::IntArrayRef({3, 4, 2}));
    CHECK(Safetensors::open(folder / "b.safetensors").names() == std::vector<std::string>{"h.0/0/2", "h.1/1/2"});
}

TEST_CASE_FIXTURE(fixture, "spilling makes room below the limit") {
    History<Q<2>> small(RecordOptions{.max_bytes = 64});
    hooks.add(sites, small);
    pass();
    CHECK(says(message_of<MemoryError>([&] { pass(); }), "spill()"));
    spill(small, folder / "a.safetensors");
    pass();
    CHECK(small.size() == 4);
    CHECK(small.bytes_held() == 64);
}

TEST_CASE_FIXTURE(fixture, "a spilled history is read elsewhere, lazily and in its order") {
    pass(), pass(at::kDouble);
    spill(history, folder / "a.safetensors");
    const auto read = read_history<Q<2>>(folder / "a.safetensors");
    CHECK(read.bytes_held() == 0);
    check_same(read);
    CHECK(read.of(1).size() == 2);
    const auto sums =
        read | ranges::views::transform([](const auto& e) { return e.view().numel(); }) | ranges::to<std::vector>();
    CHECK(sums == std::vector<Index>{8, 8, 8, 8});
}

TEST_CASE_FIXTURE(fixture, "a history read from a file keeps recording") {
    pass();
    spill(history, folder / "a.safetensors");
    auto read = read_history<Q<2>>(folder / "a.safetensors");
    hooks.add(sites, read);
    pass();
    check_same(read);
    CHECK(says(message_of<ValueError>([&] { spill(read, folder / "a.safetensors"); }), "already"));
    spill(read, folder / "b.safetensors");
    check_same(read);
}

TEST_CASE_FIXTURE(fixture, "a file that is replaced or removed later still gives its entries") {
    pass();
    spill(history, folder / "a.safetensors");
    save_safetensors(folder / "a.safetensors", {{"other", at::zeros({1})}});
    check_same(history);
    files::fs::remove(folder / "a.safetensors");
    check_same(history);
}

TEST_CASE_FIXTURE(fixture, "an entry or View taken before the spill keeps its tensor") {
    pass();
    const auto entry = *history.begin();
    const View<Q<2>> view = entry.view();
    spill(history, folder / "a.safetensors");
    CHECK(same_bits(view.unsafe_tensor(), queries[0]));
    CHECK(entry.view().unsafe_tensor().is_same(view.unsafe_tensor()));
    CHECK_FALSE((*history.begin()).view().unsafe_tensor().is_same(view.unsafe_tensor()));
}

TEST_CASE_FIXTURE(fixture, "an entry read in inference mode is a normal tensor") {
    pass();
    spill(history, folder / "a.safetensors");
    const c10::InferenceMode inference;
    CHECK_FALSE((*history.begin()).view().unsafe_tensor().is_inference());
}

TEST_CASE_FIXTURE(fixture, "a spill that fails leaves the history as it was") {
    CHECK(says(message_of<ValueError>([&] { spill(history, folder / "a.safetensors"); }), "nothing in memory"));
    pass();
    const std::size_t held = history.bytes_held();
    CHECK(says(message_of<FileError>([&] { spill(history, folder / "missing/a.safetensors"); }), "cannot be written"));
    CHECK(history.bytes_held() == held);
    check_same(history);

    History<Q<2>> tracked(RecordOptions{.keep_graph = true});
    hooks.add(sites[0], tracked);
    {
        const auto scope = hooks.activate();
        for (const auto& site : sites) (void)site(at::zeros({4, 6}).requires_grad_() * 2);
    }
    CHECK(
        says(message_of<TypeError>([&] { spill(tracked, folder / "a.safetensors"); }), "pass 0 of h.0", "keep_graph"));
    CHECK(folder.entries() == 0);
    CHECK((*tracked.begin()).view().requires_grad());
}

TEST_CASE_FIXTURE(fixture, "another thread may record while a history is spilled") {
    std::atomic<int> spills = 0;
    std::thread recording([&] {
        do pass();
        while (spills < 3);
    });
    while (spills < 3)
        if (history.bytes_held() > 0) {
            spill(history, folder / (std::to_string(spills) + ".safetensors").c_str());
            ++spills;
        }
    recording.join();
    if (history.bytes_held() > 0) spill(history, folder / "last.safetensors");
    CHECK(history.bytes_held() == 0);
    check_same(history);
}

TEST_CASE("a component in groups is spilled in its groups") {
    const Folder folder;
    const HookPoint<Packed> site("h.0");
    History<part<Packed, K>> history;
    HookSet hooks;
    hooks.add(site, history);
    const at::Tensor x = at::arange(12, at::kFloat).reshape({2, 6});
    {
        const auto scope = hooks.activate();
        (void)site(x);
    }
    spill(history, folder / "k.safetensors");
    const auto read = read_history<part<Packed, K>>(folder / "k.safetensors");
    CHECK((*read.begin()).view().equal(borrow<Packed>(x)[on<K>()]));
    CHECK(says(message_of<TypeError>([&] { (void)read_history<K<3>>(folder / "k.safetensors"); }), "k.safetensors",
               "Grouped<3, K<1>>", "not of K<3>", "read it as what it holds"));
}

TEST_CASE("a file that is not a spilled history is refused") {
    const Folder folder;
    const auto refusal = [&](const files::Tensors& tensors, const std::map<std::string, std::string>& metadata) {
        save_safetensors(folder / "x.safetensors", tensors, metadata);
        return message_of<FileError>([&] { (void)read_history<Q<2>>(folder / "x.safetensors"); });
    };
    const std::map<std::string, std::string> good{
        {"suture", "history"}, {"layout", "Q<2>"}, {"sites", R"({"0": "t"})"}, {"entries", "[[0, 0, null]]"}};
    const auto with = [&good](const char* key, const std::string& text) {
        auto metadata = good;
        metadata[key] = text;
        return metadata;
    };
    const std::string t = "t/0/0";
    CHECK(refusal({{t, at::zeros({4, 2})}}, good) == "nothing was thrown");
    CHECK(says(refusal({{t, at::zeros({4, 2})}}, {}), "x.safetensors", "not a spilled history", "spill()"));
    CHECK(says(refusal({{t, at::zeros({4, 3})}}, good), "\"t/0/0\"", "[4, 3]", "Q<2>"));
    CHECK(says(refusal({{t, at::zeros({})}}, good), "\"t/0/0\"", "[]"));
    CHECK(says(refusal({{"u", at::zeros({4, 2})}}, good), "entry 0", "damaged"));
    CHECK(says(refusal({}, with("entries", "{}")), "list of its entries is damaged"));
    CHECK(says(refusal({}, with("entries", "[[[")), "list of its entries is damaged"));
    CHECK(says(refusal({}, with("sites", "[]")), "list of its entries is damaged"));
    const std::string deep = std::string(100000, '[') + std::string(100000, ']');
    for (const char* entry :
         {"7", "[]", "[0, 0]", "[-1, 0, null]", R"([0, "x", null])", "[0, 0, 1]", "[1, 0, null]", "[0, 0, false]",
          "[0, 0, {}]", R"([0, 0, {"leading": 4}])", R"([0, 0, {"leading": [4], "token": [0]}])",
          R"([0, 0, {"leading": [4], "rows": {"kind": 3, "sizes": [1], "values": [0]}}])",
          R"([0, 0, {"leading": [4], "rows": {"kind": 0, "sizes": [2], "values": [0]}}])"})
        CHECK(says(refusal({{t, at::zeros({4, 2})}}, with("entries", "[[0, 0, null]," + std::string(entry) + "]")),
                   "entry 1 of its list is damaged"));
    CHECK(says(refusal({{t, at::zeros({4, 2})}}, with("entries", "[" + deep + "]")), "entry 0 of its list is damaged"));
    CHECK(says(refusal({{t, at::zeros({4, 2})}}, with("sites", R"({"0": 7})")), "entry 0 of its list is damaged"));
    const auto missing = message_of<FileError>([&] { (void)read_history<Q<2>>(folder / "none.safetensors"); });
    CHECK(says(missing, "none.safetensors", "cannot be opened"));
}

TEST_CASE("a history of AnyLayout is spilled and read as one, whatever the shapes") {
    const Folder folder;
    std::vector<HookPoint<AnyLayout>> points{HookPoint<AnyLayout>("ids"), HookPoint<AnyLayout>("pattern")};
    HookSet hooks;
    History<AnyLayout> history;
    hooks.add(points, history);
    const at::Tensor ids = at::arange(4), pattern = at::rand({1, 2, 4, 4});
    {
        const auto scope = hooks.activate();
        (void)points[0](ids), (void)points[1](pattern);
    }
    spill(history, folder / "any.safetensors");
    CHECK(history.bytes_held() == 0);
    CHECK(history.stack(1).equal(pattern.unsqueeze(0)));
    const auto read = read_history<AnyLayout>(folder / "any.safetensors");
    CHECK((*read.begin()).view().equal(ids));
    CHECK(read.begin()[1].view().equal(pattern));
    CHECK(says(message_of<TypeError>([&] { (void)read_history<Q<4>>(folder / "any.safetensors"); }),
               "a history of AnyLayout", "not of Q<4>"));
}

TEST_CASE("histories of a layout in groups, and of one of its components, are read with their own types only") {
    const Folder folder;
    const HookPoint<Packed> point("h.0");
    HookSet hooks;
    History<Packed> whole;
    History<part<Packed, K>> keys;
    hooks.add(point, whole);
    hooks.add(point, keys);
    const at::Tensor x = at::rand({2, 6});
    {
        const auto scope = hooks.activate();
        (void)point(x);
    }
    spill(whole, folder / "whole"), spill(keys, folder / "keys");
    CHECK((*read_history<Packed>(folder / "whole").begin()).view().unsafe_tensor().equal(x));
    CHECK((*read_history<part<Packed, K>>(folder / "keys").begin()).view().equal(borrow<Packed>(x)[on<K>()]));
    const auto other = message_of<TypeError>([&] { (void)read_history<Packed>(folder / "keys"); });
    CHECK(says(other, "a history of Grouped<3, K<1>>", "not of Grouped<3, Q<1>, K<1>>:"));
    CHECK_THROWS_AS((void)(read_history<part<Packed, Q>>(folder / "keys")), TypeError);
    CHECK_THROWS_AS((void)read_history<K<3>>(folder / "keys"), TypeError);
}

TEST_CASE_FIXTURE(fixture, "an entry that was written after it was recorded is not spilled") {
    pass();
    (*history.begin()).view().unsafe_tensor().add_(1);
    CHECK(says(message_of<OwnershipError>([&] { spill(history, folder / "x"); }), "pass 0 of h.0 was written"));
    CHECK_FALSE(std::filesystem::exists(folder / "x"));
    CHECK(history.bytes_held() > 0);
}

TEST_CASE_FIXTURE(fixture, "a link to a file counts as another file, because writing replaces it") {
    pass();
    std::filesystem::create_symlink("real", folder / "link");
    spill(history, folder / "link");
    CHECK_FALSE(std::filesystem::is_symlink(folder / "link"));
    pass();
    CHECK_THROWS_AS(spill(history, folder / "link"), ValueError);
    spill(history, folder / "real");
    check_same(history);
}

TEST_CASE_FIXTURE(fixture, "an entry of some tokens is still one when it is read") {
    History<Q<2>> last(RecordOptions{.tokens = token(-1)});
    hooks.add(sites, last);
    pass();
    spill(last, folder / "last");
    const auto read = read_history<Q<2>>(folder / "last");
    const at::Tensor activation = at::zeros({4, 6});
    const auto edited = borrow<Small>(activation) | on<Q>(token(-1)).set((*read.begin()).view());
    CHECK(same_bits(edited.view()[on<Q>()].unsafe_tensor().select(0, -1), queries[0].select(0, -1)));
    CHECK(says(
        message_of<PositionError>([&] { (void)(borrow<Small>(activation) | on<Q>().set((*read.begin()).view())); }),
        "holds token -1 but the edit is at all positions"));
    CHECK_THROWS_AS((void)(borrow<Small>(activation) | on<Q>(token(0)).set((*read.begin()).view())), PositionError);
    const at::Tensor moved = borrow<Small>(activation) | on<Q>(token(0)).set((*read.begin()).view()[on<Q>()]);
    CHECK(same_bits(moved[0].narrow(0, 0, 2), queries[0].select(0, -1)));
}

TEST_CASE("an entry of listed tokens, of a mask or of some rows is still one after spill() and read_history()") {
    const Folder folder;
    const HookPoint<Small> point("h.0");
    const at::Tensor x = at::rand({2, 3, 6}), zeros = at::zeros({2, 3, 6});
    const auto check = [&](const char* file, const RecordOptions& how, const auto& same, const auto& other) {
        CAPTURE(file);
        HookSet hooks;
        History<Q<2>> history(how);
        hooks.add(point, history);
        {
            const auto scope = hooks.activate();
            (void)point(x);
        }
        const auto injects = [&](const History<Q<2>>& h) {
            const View<Q<2>> view = (*h.begin()).view();
            const at::Tensor edited = borrow<Small>(zeros) | same.set(view);
            CHECK(borrow<Small>(edited)[same].equal(borrow<Small>(x)[same]));
            CHECK_THROWS_AS((void)(borrow<Small>(zeros) | other.set(view)), PositionError);
            CHECK_THROWS_AS((void)(borrow<Small>(zeros) | on<Q>().set(view)), PositionError);
        };
        injects(history);
        spill(history, folder / file);
        injects(history);
        injects(read_history<Q<2>>(folder / file));
    };
    const at::Tensor ends = at::tensor({2, 0}), starts = at::tensor({0, 0});
    check("index", {.tokens = token(ends)}, on<Q>(token(ends)), on<Q>(token(starts)));
    check("list", {.tokens = tokens({0, 2})}, on<Q>(tokens({0, 2})), on<Q>(tokens({1, 2})));
    const at::Tensor odd = at::tensor({0, 1, 0}).to(at::kBool);
    check("mask", {.tokens = mask(odd)}, on<Q>(mask(odd)), on<Q>(mask(odd.logical_not())));
    check("row", {.tokens = token(1), .batches = batch(-1)}, on<Q>(token(1), batch(1)), on<Q>(token(1), batch(0)));
}

TEST_CASE("the axes of a layout are part of what a file holds") {
    using Ahead = Ordered<Resid<4>, Axis::token, Axis::batch>;
    const Folder folder;
    const HookPoint<Ahead> site("h.0");
    const at::Tensor x = at::arange(36, at::kFloat).reshape({3, 3, 4});
    History<Ahead> last(on<Resid>(token(-1)));
    HookSet hooks;
    hooks.add(site, last);
    {
        const auto scope = hooks.activate();
        (void)site(x);
    }
    spill(last, folder / "a.safetensors");
    CHECK(says(message_of<TypeError>([&] { (void)read_history<Resid<4>>(folder / "a.safetensors"); }),
               "the file holds a history of Ordered<Resid<4>, Axis::token, Axis::batch>, not of Resid<4>"));
    const auto read = read_history<Ahead>(folder / "a.safetensors");
    const View<Ahead> view = (*read.begin()).view();
    CHECK(view.unsafe_tensor().equal(x[2]));
    CHECK(at::Tensor(borrow<Ahead>(x) | on<Resid>(token(2)).set(view)).equal(x));
    CHECK_THROWS_AS((void)(borrow<Ahead>(x) | on<Resid>(token(0)).set(view)), PositionError);
    CHECK_FALSE(suture::detail::history_format<Ahead>().fits({3, 4}));
    CHECK(suture::detail::history_format<Ahead>().fits({3, 3, 4}));
}

namespace {
/// Spills with files whose headers take at most this.
template <class X>
void spill_in_parts(History<X>& history, const std::filesystem::path& path, std::size_t most_header_bytes) {
    suture::detail::EntryStore& store = suture::detail::StoreAccess::store(history);
    suture::detail::spill_entries(store, path, suture::detail::history_format<X>(), most_header_bytes);
}
std::vector<std::string> names_in(const Folder& folder) {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder.path()))
        names.push_back(entry.path().filename().string());
    std::sort(names.begin(), names.end());
    return names;
}
using Names = std::vector<std::string>;
}  // namespace

TEST_CASE_FIXTURE(fixture, "more entries than one header holds are spilled to several files with an index") {
    for (int i = 0; i < 5; ++i) pass(i % 2 == 0 ? at::kFloat : at::kHalf);
    spill_in_parts(history, folder / "a.safetensors", 1000);  // some 230 bytes for an entry
    CHECK(names_in(folder) == Names{"a-00001-of-00003.safetensors", "a-00002-of-00003.safetensors",
                                    "a-00003-of-00003.safetensors", "a.safetensors.index.json"});
    CHECK(history.bytes_held() == 0);
    check_same(history);
    check_same(read_history<Q<2>>(folder / "a.safetensors"));
    check_same(read_history<Q<2>>(folder / "a.safetensors.index.json"));
    const auto all = files::Safetensors::open(folder / "a.safetensors.index.json");
    CHECK(all.names().size() == queries.size());
    CHECK(same_bits(all.load("h.1/1/4"), queries[9]));
    CHECK(read_history<Q<2>>(folder / "a-00002-of-00003.safetensors").size() == 4);
    CHECK_THROWS_AS(read_history<K<2>>(folder / "a.safetensors"), TypeError);
}

TEST_CASE_FIXTURE(fixture, "a spill in several files replaces one in a single file, and the other way round") {
    pass();
    spill(history, folder / "a.safetensors");
    history.clear(), queries.clear();
    for (int i = 0; i < 6; ++i) pass();
    spill_in_parts(history, folder / "a.safetensors", 1000);
    CHECK(names_in(folder).size() == 4);
    check_same(read_history<Q<2>>(folder / "a.safetensors"));
    history.clear();
    {
        const auto scope = hooks.activate();
        for (const auto& query : queries)
            (void)query, (void)sites[0](at::zeros({4, 6})), (void)sites[1](at::zeros({4, 6}));
    }
    spill_in_parts(history, folder / "a.safetensors", 2000);  // fewer files: those that are left over go
    CHECK(names_in(folder) == Names{"a-00001-of-00003.safetensors", "a-00002-of-00003.safetensors",
                                    "a-00003-of-00003.safetensors", "a.safetensors.index.json"});
    history.clear(), queries.clear();
    pass();
    spill(history, folder / "a.safetensors");
    CHECK(names_in(folder) == Names{"a.safetensors"});
    check_same(read_history<Q<2>>(folder / "a.safetensors"));
}

TEST_CASE_FIXTURE(fixture, "a spill in several files that fails leaves the history and the files as they were") {
    for (int i = 0; i < 4; ++i) pass();
    std::filesystem::create_directory(folder / "a-00002-of-00002.safetensors");
    CHECK(says(message_of<FileError>([&] { spill_in_parts(history, folder / "a.safetensors", 1000); }),
               "a-00002-of-00002.safetensors: is a directory"));
    CHECK(names_in(folder) == Names{"a-00002-of-00002.safetensors"});
    CHECK(history.bytes_held() > 0);
    std::filesystem::remove(folder / "a-00002-of-00002.safetensors");
    spill_in_parts(history, folder / "a.safetensors", 1000);
    check_same(read_history<Q<2>>(folder / "a.safetensors"));
    pass();
    CHECK(says(message_of<ValueError>([&] { spill(history, folder / "a-00001-of-00002.safetensors"); }),
               "the file holds entries of this history already"));
}

TEST_CASE_FIXTURE(fixture, "files of two spills are not read as one, and a missing one is named") {
    for (int i = 0; i < 4; ++i) pass();
    spill_in_parts(history, folder / "a.safetensors", 1000);
    spill_in_parts(
        [&]() -> History<Q<2>>& {
            history.clear();
            queries.clear();
            for (int i = 0; i < 4; ++i) pass();
            return history;
        }(),
        folder / "b.safetensors", 1000);
    std::filesystem::copy_file(folder / "b-00001-of-00002.safetensors", folder / "a-00001-of-00002.safetensors",
                               std::filesystem::copy_options::overwrite_existing);
    CHECK(says(message_of<FileError>([&] { read_history<Q<2>>(folder / "a.safetensors"); }),
               "a-00001-of-00002.safetensors: this file is of another spill than its index"));
    std::filesystem::remove(folder / "b-00002-of-00002.safetensors");
    CHECK(says(message_of<FileError>([&] { read_history<Q<2>>(folder / "b.safetensors"); }),
               "b-00002-of-00002.safetensors: cannot be opened"));
}

TEST_CASE_FIXTURE(fixture, "where the passes of a generation stand comes back from the file") {
    HookPoint<Q<2>> site("h.9");
    History<Q<2>> steps;
    HookSet hooks;
    hooks.add(site, steps);
    {
        const auto scope = hooks.activate();
        {
            const SequencePass prompt({3, {0, -1}, {3, 2}, {3, 2}, true});
            (void)site(at::randn({2, 3, 2}));
        }
        const SequencePass step({1, {3, 2}, {4, 3}, {3, 2}, true});
        (void)site(at::randn({2, 1, 2}));
    }
    const PaddedEntries before = steps.padded(0);
    spill(steps, folder / "steps.safetensors");
    const History<Q<2>> read = read_history<Q<2>>(folder / "steps.safetensors");
    CHECK(read.padded(0).values.equal(before.values));
    CHECK(read.padded(0).lengths.equal(at::tensor(std::vector<Index>{4, 3})));
    CHECK(read.of(0).begin()[1].positions() == SequencePositions{1, {3, 2}, {4, 3}, {3, 2}, true});
}
