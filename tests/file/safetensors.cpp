// Safetensors: saved tensors come back bit for bit, and damage is noticed.
#include "suture/file/safetensors.hpp"

#include "file/files.hpp"

#include <ATen/ops/complex.h>

#include <cstring>

using namespace files;

TEST_CASE("every dtype and shape comes back bit for bit") {
    const Folder folder;
    std::mt19937_64 random(1);
    const std::vector<std::vector<std::int64_t>> shapes{{}, {0}, {0, 3}, {2, 0, 5}, {1}, {7}, {3, 5}, {2, 1, 3, 1}};
    Tensors tensors;
    for (const auto& [name, type] : stored_dtypes)
        for (const auto& shape : shapes) tensors[name + suture::shape_text(shape)] = random_bits(shape, type, random);

    save_safetensors(folder / "all.safetensors", tensors);
    const auto file = Safetensors::open(folder / "all.safetensors");

    CHECK(same_bits(file.load_all(), tensors));
    for (const auto& item : tensors) {
        const std::string& name = item.first;
        const at::Tensor& tensor = item.second;
        CAPTURE(name);
        CHECK(file.contains(name));
        CHECK(file.dtype(name) == tensor.scalar_type());
        CHECK(at::IntArrayRef(file.sizes(name)) == tensor.sizes());
        const at::Tensor loaded = file.load(name);
        CHECK(same_bits(loaded, tensor));
        CHECK(loaded.is_contiguous());
        CHECK(loaded.device().is_cpu());
        CHECK_FALSE(loaded.requires_grad());
    }
}

TEST_CASE("each load has storage of its own") {
    const Folder folder;
    save_safetensors(folder / "x.safetensors", {{"x", at::zeros({3})}, {"y", at::zeros({3})}});
    const auto file = Safetensors::open(folder / "x.safetensors");
    at::Tensor first = file.load("x");
    first.fill_(1);
    CHECK(same_bits(file.load("x"), at::zeros({3})));
    CHECK(first.storage().nbytes() == 3 * sizeof(float));
}

TEST_CASE("views, gradients and lazily negated tensors are stored by their values") {
    const Folder folder;
    const at::Tensor base = at::arange(24, at::kFloat).reshape({2, 3, 4});
    const at::Tensor leaf = at::ones({3}).requires_grad_();
    const Tensors tensors{{"transposed", base.transpose(0, 2)},
                          {"strided", base.slice(2, 0, 4, 2)},
                          {"expanded", at::ones({1, 3}).expand({4, 3})},
                          {"offset", base.select(0, 1)},
                          {"leaf", leaf},
                          {"computed", leaf.mul(2)},
                          {"negated", base._neg_view()},
                          {"conjugated", at::complex(base, base).conj()}};
    save_safetensors(folder / "views.safetensors", tensors);
    const Tensors loaded = Safetensors::open(folder / "views.safetensors").load_all();

    CHECK(same_bits(loaded.at("transposed"), base.transpose(0, 2)));
    CHECK(same_bits(loaded.at("strided"), base.slice(2, 0, 4, 2)));
    CHECK(same_bits(loaded.at("expanded"), at::ones({4, 3})));
    CHECK(same_bits(loaded.at("offset"), base.select(0, 1)));
    CHECK(same_bits(loaded.at("leaf"), at::ones({3})));
    CHECK(same_bits(loaded.at("computed"), at::full({3}, 2.0)));
    CHECK(same_bits(loaded.at("negated"), base.neg()));
    CHECK(same_bits(loaded.at("conjugated"), at::complex(base, -base)));
    CHECK(leaf.requires_grad());
}

TEST_CASE("names come in the order of the data: wide dtypes first, then by name") {
    const Folder folder;
    save_safetensors(folder / "order.safetensors", {{"a", at::ones({1}, at::kBool)},
                                                    {"b", at::ones({1}, at::kFloat)},
                                                    {"c", at::ones({1}, at::kLong)},
                                                    {"d", at::ones({1}, at::kBFloat16)},
                                                    {"e", at::ones({1}, at::kFloat)}});
    CHECK(Safetensors::open(folder / "order.safetensors").names() == std::vector<std::string>{"c", "b", "e", "d", "a"});
}

TEST_CASE("the bytes of a file are those of the format") {
    const Folder folder;
    save_safetensors(folder / "bytes.safetensors",
                     {{"w", at::arange(1, 3, at::kShort)}, {"b", at::ones({1, 1}, at::kBool)}}, {{"format", "pt"}});
    const std::string header =
        R"({"__metadata__":{"format":"pt"},"w":{"dtype":"I16","shape":[2],"data_offsets":[0,4]},)"
        R"("b":{"dtype":"BOOL","shape":[1,1],"data_offsets":[4,5]}})";
    const std::string padding((8 - header.size() % 8) % 8, ' ');
    CHECK(bytes_of(folder / "bytes.safetensors") ==
          little_endian(header.size() + padding.size()) + header + padding + std::string("\1\0\2\0\1", 5));
}

TEST_CASE("the data begin at a multiple of eight, whatever the names") {
    const Folder folder;
    for (std::size_t length = 1; length <= 9; ++length) {
        save_safetensors(folder / "x.safetensors", {{std::string(length, 'n'), at::ones({1}, at::kByte)}});
        CHECK((bytes_of(folder / "x.safetensors").size() - 1) % 8 == 0);
    }
}

TEST_CASE("metadata and names of any UTF-8 come back") {
    const Folder folder;
    const std::map<std::string, std::string> metadata{
        {"format", "pt"}, {"", "empty"}, {"quote\"\\\n\t\x01", "häß 模型 🧵"}};
    const Tensors tensors{{"", at::ones({1})}, {"läyer/模型 \"0\"\n", at::ones({2})}};
    save_safetensors(folder / "meta.safetensors", tensors, metadata);
    const auto file = Safetensors::open(folder / "meta.safetensors");
    CHECK(file.metadata() == metadata);
    CHECK(same_bits(file.load_all(), tensors));
}

TEST_CASE("a file without tensors is legal") {
    const Folder folder;
    save_safetensors(folder / "empty.safetensors", {});
    const auto file = Safetensors::open(folder / "empty.safetensors");
    CHECK(file.names().empty());
    CHECK(file.metadata().empty());
    CHECK(file.load_all().empty());
    CHECK(contains(error_of([&] { file.load("x"); }), "the file has no tensors"));
}

TEST_CASE("a dtype without a type in LibTorch leaves the other tensors readable, and its bytes are to be had") {
    const Folder folder;
    const std::string header = "{\"new\":" + entry("F4", "[2,2]", "[0,2]") + ",\"old\":" + entry("U8", "[2]", "[2,4]") +
                               ",\"odd\":" + entry("Q3_K", "[7]", "[4,5]") + "}";
    write_bytes(folder / "x.safetensors", little_endian(header.size()) + header + "\x21\x43\x05\x06\x07");
    const auto file = Safetensors::open(folder / "x.safetensors");
    CHECK(file.names() == std::vector<std::string>{"new", "old", "odd"});
    CHECK(file.sizes("new") == std::vector<std::int64_t>{2, 2});
    CHECK(file.stored_dtype("new") == "F4");
    CHECK(file.stored_dtype("odd") == "Q3_K");
    CHECK_FALSE(file.can_load("new"));
    CHECK(file.can_load("old"));
    CHECK(same_bits(file.load_bytes("new"), bytes_tensor("\x21\x43")));
    CHECK(same_bits(file.load_bytes("old"), bytes_tensor("\x05\x06")));
    CHECK(same_bits(file.load_bytes("odd"), bytes_tensor("\x07")));
    const auto loaded = file.load_all();
    CHECK(loaded.size() == 1);
    CHECK(loaded.at("old").numel() == 2);
    CHECK(loaded.not_loaded == std::map<std::string, std::string>{{"new", "F4"}, {"odd", "Q3_K"}});
    for (const std::string& message : {error_of([&] { file.load("new"); }), error_of([&] { file.dtype("new"); })}) {
        CAPTURE(message);
        CHECK(contains(message, (folder / "x.safetensors").string()));
        CHECK(
            contains(message, "tensor \"new\" has dtype \"F4\", for which this LibTorch has no type: read its bytes"));
    }
    CHECK(contains(error_of([&] { file.load("odd"); }),
                   "\"Q3_K\", which is not a dtype of the format that suture knows"));
    CHECK(contains(error_of([&] { file.load_bytes("nwe"); }), "there is no tensor \"nwe\": it has \"new\""));
}

TEST_CASE("every dtype of the format is read by its size, and loads exactly if LibTorch has its type") {
    for (const auto& dtype : suture::detail::safetensors::dtypes) {
        CAPTURE(dtype.name);
        const Folder folder;
        const std::string name(dtype.name), bytes(dtype.bits, '\1');  // of eight values
        const std::string header = "{\"x\":" + entry(name, "[2,4]", "[0," + std::to_string(dtype.bits) + "]") + "}";
        write_bytes(folder / "x.safetensors", little_endian(header.size()) + header + bytes);
        const auto file = Safetensors::open(folder / "x.safetensors");
        CHECK(file.stored_dtype("x") == name);
        CHECK(same_bits(file.load_bytes("x"), bytes_tensor(bytes)));
        bool has_type = false;
        for (int i = 0; i < static_cast<int>(at::ScalarType::NumOptions); ++i)
            has_type = has_type || dtype.torch == c10::toString(static_cast<at::ScalarType>(i));
        CHECK(file.can_load("x") == has_type);
        if (!has_type) continue;
        const at::Tensor loaded = file.load("x");
        CHECK(loaded.sizes() == at::IntArrayRef({2, 4}));
        CHECK(loaded.nbytes() == bytes.size());
        CHECK(std::memcmp(loaded.data_ptr(), bytes.data(), bytes.size()) == 0);
        save_safetensors(folder / "again.safetensors", {{"x", loaded}});
        CHECK(Safetensors::open(folder / "again.safetensors").stored_dtype("x") == name);
    }
}

TEST_CASE("the error for an unknown name lists the names most like it") {
    const Folder folder;
    Tensors tensors;
    for (const char* layer : {"0", "1", "2"})
        for (const char* part : {"attn.c_attn.weight", "mlp.c_fc.weight"})
            tensors[std::string("transformer.h.") + layer + "." + part] = at::ones({1});
    save_safetensors(folder / "x.safetensors", tensors);
    const auto file = Safetensors::open(folder / "x.safetensors");

    const std::string prefix = error_of([&] { file.load("h.1.mlp.c_fc.weight"); });
    CHECK(contains(prefix, "x.safetensors: there is no tensor \"h.1.mlp.c_fc.weight\": it has "));
    CHECK(contains(prefix, "it has \"transformer.h.1.mlp.c_fc.weight\", "));
    const std::string typo = error_of([&] { file.sizes("transformer.h.2.atn.c_attn.weight"); });
    CHECK(contains(typo, "it has \"transformer.h.2.attn.c_attn.weight\", "));
    CHECK(std::count(typo.begin(), typo.end(), '"') == 2 * 4);
    CHECK_FALSE(file.contains("h.1.mlp.c_fc.weight"));
    CHECK(contains(error_of([&] { file.dtype("__metadata__"); }), "there is no tensor \"__metadata__\""));
}

TEST_CASE("a name that lacks only its prefix is found among shorter ones") {
    const Folder folder;
    save_safetensors(folder / "x.safetensors", {{"transformer.wte.weight", at::ones({1})},
                                                {"h.a", at::ones({1})},
                                                {"h.b", at::ones({1})},
                                                {"h.c", at::ones({1})}});
    const auto file = Safetensors::open(folder / "x.safetensors");
    CHECK(contains(error_of([&] { file.load("wte.weight"); }), "it has \"transformer.wte.weight\", "));
}

TEST_CASE("a bool that is neither 0 nor 1 is refused when it is loaded") {
    const Folder folder;
    const std::string header = "{\"flag\":" + entry("BOOL", "[3]", "[0,3]") + "}";
    write_bytes(folder / "x.safetensors", little_endian(header.size()) + header + std::string("\0\1\7", 3));
    const auto file = Safetensors::open(folder / "x.safetensors");
    CHECK(file.dtype("flag") == at::kBool);
    const std::string message = error_of([&] { file.load("flag"); });
    CHECK(contains(message, "x.safetensors: tensor \"flag\": the bool at element 2 is the byte 7, not 0 or 1: "));
}

TEST_CASE("every truncation of a file is refused") {
    const std::string whole = small_image();
    CHECK(refusal_of(whole).empty());
    for (std::size_t length = 0; length < whole.size(); ++length) {
        CAPTURE(length);
        CHECK_FALSE(refusal_of(whole.substr(0, length)).empty());
    }
}

TEST_CASE("any damage to a file either loads or is refused") {
    const Folder folder;
    const fs::path path = folder / "damaged.safetensors";
    const std::string whole = small_image();
    constexpr std::size_t data_bytes = 8 + 6 * 4 + 3 * 2 + 5;
    const std::string letters = "{}[]\",:0123456789-+.eEntrufals \\\n";
    std::mt19937_64 random(20);
    const auto below = [&](std::size_t end) { return static_cast<std::size_t>(random() % end); };
    int loaded = 0, refused = 0;
    for (int round = 0; round < 6000; ++round) {
        std::string bytes = whole;
        for (std::size_t left = 1 + below(3); left > 0 && !bytes.empty(); --left) {
            const std::size_t at = below(bytes.size());
            switch (below(6)) {
                case 0:
                    bytes[at] = static_cast<char>(bytes[at] ^ (1 << below(8)));
                    break;
                case 1:
                    bytes[at] = static_cast<char>(random());
                    break;
                case 2:
                    bytes[at] = letters[below(letters.size())];
                    break;
                case 3:
                    bytes.erase(at, 1 + below(8));
                    break;
                case 4:
                    bytes.insert(at, 1, letters[below(letters.size())]);
                    break;
                case 5:
                    bytes.insert(at, bytes.substr(below(bytes.size()), 1 + below(16)));
                    break;
            }
        }
        if (below(2) == 0 && bytes.size() > 8 + data_bytes)  // a right length, so that the damage reaches the parser
            bytes.replace(0, 8, little_endian(bytes.size() - 8 - data_bytes));
        write_bytes(path, bytes);
        try {
            Safetensors::open(path).load_all();
            ++loaded;
        } catch (const FileError&) {
            ++refused;
        }
    }
    CHECK(loaded > 0);
    CHECK(refused > 1000);
}

TEST_CASE("a tensor that cannot be stored is refused by name and nothing is written") {
    const Folder folder;
    const fs::path path = folder / "x.safetensors";
    const auto message = [&](const std::string& name, const at::Tensor& tensor) {
        return error_of([&] { save_safetensors(path, {{"fine", at::ones({2})}, {name, tensor}}); });
    };
    CHECK(contains(message("bad", at::Tensor()), path.string() + ": tensor \"bad\" is undefined: "));
    CHECK(contains(message("bad", at::ones({2}).to_sparse()), "tensor \"bad\" is not dense: call to_dense()"));
    CHECK(contains(message("bad", at::ones({2}, at::kComplexDouble)), "tensor \"bad\" has dtype complex128"));
    const at::Tensor quantized = at::quantize_per_tensor(at::ones({2}), 0.1, 0, at::kQInt8);
    CHECK(contains(message("bad", quantized), "tensor \"bad\" has dtype QInt8"));
    const at::Tensor meta = at::empty({2}, at::TensorOptions().device(at::kMeta));
    CHECK(contains(message("bad", meta), "tensor \"bad\" is on the meta device"));
    CHECK(contains(message("__metadata__", at::ones({2})), "tensor \"__metadata__\" has the name"));
    CHECK(contains(message("b\xFF", at::ones({2})), "is not UTF-8"));
    CHECK(contains(error_of([&] { save_safetensors(path, {}, {{"a", "\xFF"}}); }), "is not UTF-8"));
    CHECK(folder.entries() == 0);
}

TEST_CASE("a published model loads and is written again to the same tensors") {
    const auto data = shared_data();
    if (!data) {
        MESSAGE("nano-sort is not at hand: set SUTURE_SHARED_DATA to the directory that holds it");
        return;
    }
    const Folder folder;
    for (const char* name : {"model", "activations", "experiments"}) {
        CAPTURE(name);
        const auto file = Safetensors::open(*data / (std::string(name) + ".safetensors"));
        const Tensors tensors = file.load_all();
        CHECK(tensors.size() > 10);
        save_safetensors(folder / "again.safetensors", tensors, file.metadata());
        CHECK(same_bits(Safetensors::open(folder / "again.safetensors").load_all(), tensors));
    }
    CHECK(Safetensors::open(*data / "activations.safetensors").sizes("qkv") == std::vector<std::int64_t>{3, 11, 144});
}
