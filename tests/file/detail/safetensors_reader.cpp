// Reading the header of a safetensors file: whatever is wrong with it is a FileError that says so.
#include "suture/file/detail/safetensors_reader.hpp"

#include "file/files.hpp"

#include <string>
#include <tuple>
#include <vector>

using namespace files;

TEST_CASE("a header may be in any order, spaced, padded and have fields that the format lacks") {
    const Folder folder;
    const std::string header = R"({ "late": {"data_offsets": [4, 8], "note": {"a": [1, {"shape": null}], "a": 2},
        "shape": [1], "dtype": "I32", "more": [[], "x", 1.5, true]}, "early": )" +
                               entry("I32", "[1]", "[0,4]") + R"(, "__metadata__": {} }   )";
    write_bytes(folder / "x.safetensors", little_endian(header.size()) + header + std::string("\5\0\0\0\6\0\0\0", 8));
    const auto file = Safetensors::open(folder / "x.safetensors");
    CHECK(file.names() == std::vector<std::string>{"early", "late"});
    CHECK(file.load("early").item<int>() == 5);
    CHECK(file.load("late").item<int>() == 6);
}

TEST_CASE("a header that the file cannot hold is refused") {
    check_refused("", {"is empty (0 bytes)"});
    check_refused("1234567", {"has 7 bytes", "the header alone takes 8"});
    check_refused(little_endian(2), {"should have a header of 2 bytes, but ends after 0 bytes of it"});
    check_refused(little_endian(50) + "{}", {"header of 50 bytes, but ends after 2 bytes"});
    check_refused(little_endian(99'000'000) + "{}", {"header of 99000000 bytes, but ends after 2 bytes"});
    check_refused(little_endian(100'000'001) + "{}", {"header of 100000001 bytes, but 100 MB are the limit"});
    check_refused(std::string(8, '\xFF') + "{}", {"header of 18446744073709551615 bytes"});
    check_refused("version https://git-lfs.github.com/spec/v1\n",
                  {"is a Git LFS pointer, not the file", "git lfs pull"});
}

TEST_CASE("a header of more than 100 MB is refused even if the file is long enough") {
    const Folder folder;
    write_bytes(folder / "x.safetensors", little_endian(100'000'001) + "{}");
    fs::resize_file(folder / "x.safetensors", 200'000'000);  // sparse
    CHECK(contains(error_of([&] { Safetensors::open(folder / "x.safetensors"); }), "100 MB are the limit"));
}

TEST_CASE("a header that is not a JSON object is refused") {
    check_refused(image(""), {"must begin with '{', but it is empty"});
    check_refused(image("[]"), {"must begin with '{', but it is \"[]\""});
    check_refused(image("   "), {"must begin with '{', but it is \"   \""});
    check_refused(image("\xEF\xBB\xBF{}"), {"must begin with '{'"});
    check_refused(image("{"), {"the header is not JSON (parse error at line 1, column 2"});
    check_refused(image("{,}"), {"the header is not JSON (parse error at line 1, column 2"});
    check_refused(image("{} x"), {"the header is not JSON"});
    check_refused(image("{}{}"), {"the header is not JSON"});
    check_refused(image(std::string("{}\0\0", 4)), {"the header is not JSON (it holds a zero byte)"});
    check_refused(image("{/**/}"), {"the header is not JSON"});
    check_refused(image("{\"a\xFF\":1}"), {"the header is not JSON", "ill-formed UTF-8"});
    check_refused(image("{\"a\":\"\xC3\"}"), {"the header is not JSON", "ill-formed UTF-8"});
    check_refused(image(R"({"__metadata__":{"a":"\ud800"}})"), {"the header is not JSON"});
}

TEST_CASE("nesting without end is refused without a crash") {
    constexpr std::size_t depth = 1'000'000;
    std::string objects;
    for (std::size_t i = 0; i < depth; ++i) objects += "{\"a\":";
    check_refused(image(objects), {"the header is not JSON"});
    check_refused(image("{\"x\":{\"note\":" + std::string(depth, '[')), {"the header is not JSON"});
    check_refused(image("{\"x\":{\"shape\":" + std::string(depth, '[')), {"must be whole numbers", "got a list"});
    check_refused(image("{\"x\":{\"note\":" + std::string(depth, '[') + std::string(depth, ']') + "}}"),
                  {"tensor \"x\" lacks the field \"dtype\""});
}

TEST_CASE("duplicate names and keys are refused") {
    const std::string x = "\"x\":" + entry("U8", "[1]", "[0,1]");
    check_refused(image("{" + x + "," + x + "}", 1), {"the header has the key \"x\" twice"});
    check_refused(image(R"({"__metadata__":{},"__metadata__":{}})"), {"the header has the key \"__metadata__\" twice"});
    check_refused(image(R"({"__metadata__":{"a":"1","a":"2"}})"), {"__metadata__ has the key \"a\" twice"});
    check_refused(image(R"({"x":{"dtype":"U8","dtype":"U8","shape":[1],"data_offsets":[0,1]}})", 1),
                  {"tensor \"x\" has the key \"dtype\" twice"});
    check_refused(image(R"({"x":{"dtype":"U8","shape":[1],"shape":[1],"data_offsets":[0,1]}})", 1),
                  {"tensor \"x\" has the key \"shape\" twice"});
    check_refused(image(R"({"x":{"dtype":"U8","shape":[1],"data_offsets":[0,1],"sh\u0061pe":[1]}})", 1),
                  {"tensor \"x\" has the key \"shape\" twice"});
}

TEST_CASE("an entry that lacks a field or has one of another type is refused") {
    check_refused(image(R"({"x":3})"), {"tensor \"x\" must be an object, got 3"});
    check_refused(image(R"({"x":null})"), {"tensor \"x\" must be an object, got null"});
    check_refused(image(R"({"x":[]})"), {"tensor \"x\" must be an object, got a list"});
    check_refused(image(R"({"x":{}})"), {"tensor \"x\" lacks the field \"dtype\""});
    check_refused(image(R"({"x":{"dtype":"U8","data_offsets":[0,0]}})"), {"tensor \"x\" lacks the field \"shape\""});
    check_refused(image(R"({"x":{"dtype":"U8","shape":[0]}})"), {"tensor \"x\" lacks the field \"data_offsets\""});
    check_refused(image(R"({"x":{"dtype":8}})"), {"the dtype of tensor \"x\" must be a string, got 8"});
    check_refused(image(R"({"x":{"dtype":["U8"]}})"), {"the dtype of tensor \"x\" must be a string, got a list"});
    check_refused(image(R"({"x":{"shape":3}})"), {"the shape of tensor \"x\" must be a list of whole numbers, got 3"});
    check_refused(image(R"({"x":{"shape":"3"}})"), {"the shape of tensor \"x\" must be a list", "got \"3\""});
    check_refused(image(R"({"x":{"shape":{}}})"), {"the shape of tensor \"x\" must be a list", "got an object"});
    check_refused(image(R"({"x":{"shape":[{}]}})"), {"the shape of tensor \"x\" must be", "got an object"});
    check_refused(image(R"({"x":{"shape":[true]}})"), {"the shape of tensor \"x\" must be", "got true"});
    check_refused(image(R"({"x":{"data_offsets":[0]}})"), {"data_offsets of tensor \"x\" must be two numbers, got 1"});
    check_refused(image(R"({"x":{"data_offsets":[0,1,2]}})"), {"must be two numbers, got 3"});
    check_refused(image(R"({"x":{"data_offsets":[0,-1]}})"), {"the data_offsets of tensor \"x\" must be", "got -1"});
}

TEST_CASE("metadata that does not map text to text is refused") {
    check_refused(image(R"({"__metadata__":"pt"})"), {"__metadata__ must be an object, got \"pt\""});
    check_refused(image(R"({"__metadata__":[]})"), {"__metadata__ must be an object, got a list"});
    check_refused(image(R"({"__metadata__":{"step":3}})"), {"the metadata \"step\" must be a string, got 3"});
    check_refused(image(R"({"__metadata__":{"a":null}})"), {"the metadata \"a\" must be a string, got null"});
    check_refused(image(R"({"__metadata__":{"a":{}}})"), {"the metadata \"a\" must be a string, got an object"});
    check_refused(image(R"({"__metadata__":{"a":[]}})"), {"the metadata \"a\" must be a string, got a list"});
}

TEST_CASE("invalid sizes are refused") {
    const auto shaped = [](const std::string& shape, std::size_t bytes = 0) {
        return image("{\"x\":" + entry("F32", shape, "[0," + std::to_string(bytes) + "]") + "}", bytes);
    };
    check_refused(shaped("[-1]"), {"the shape of tensor \"x\" must be whole numbers from 0 to 2^63 - 1, got -1"});
    check_refused(shaped("[1.5]"), {"the shape of tensor \"x\"", "got 1.5"});
    check_refused(shaped("[1.0]"), {"the shape of tensor \"x\"", "got 1.0"});
    check_refused(shaped("[1e2]"), {"the shape of tensor \"x\"", "got 1e2"});
    check_refused(shaped("[9223372036854775808]"), {"got 9223372036854775808"});
    check_refused(shaped("[99999999999999999999999]"), {"got 99999999999999999999999"});
    check_refused(shaped("[9223372036854775807]"), {"the shape of tensor \"x\" multiplies to more than 2^63 - 1 bits"});
    check_refused(shaped("[4294967296,4294967296]"), {"multiplies to more than 2^63 - 1 bits"});
    // 2^31 * 2^31 * 4 wraps to 0 in 64 bits.
    check_refused(shaped("[2147483648,2147483648,4]"), {"multiplies to more than 2^63 - 1 bits"});
    check_refused(shaped("[4294967296,4294967296,0]"), {"multiplies to more than 2^63 - 1 bits"});
    check_refused(image("{\"x\":" + entry("F8", "[4294967296,4294967296]", "[0,0]") + "}"), {"multiplies to more"});
    check_refused(shaped("[-0]"), {"the shape of tensor \"x\"", "got -0"});
}

TEST_CASE("a tensor whose bytes do not match its shape is refused") {
    check_refused(
        image("{\"x\":" + entry("F32", "[2,3]", "[0,20]") + "}", 20),
        {"the data_offsets [0, 20] of tensor \"x\" hold 20 bytes", "dtype F32 and shape [2, 3] need 24 bytes"});
    check_refused(image("{\"x\":" + entry("F64", "[]", "[0,4]") + "}", 4), {"dtype F64 and shape [] need 8 bytes"});
    check_refused(image("{\"x\":" + entry("F64", "[0]", "[0,8]") + "}", 8), {"need 0 bytes"});
    check_refused(image("{\"x\":" + entry("U8", "[1,1,1,1,1,1,1,1,1,2]", "[0,1]") + "}", 1),
                  {"and 2 more sizes need 2 bytes"});
    check_refused(image("{\"x\":" + entry("I64", "[1000000000]", "[0,8]") + "}", 8), {"need 8000000000 bytes"});
}

TEST_CASE("values of less than a byte are packed, and those that do not fill whole bytes are refused") {
    const auto packed = [](const std::string& dtype, const std::string& shape, int bytes) {
        return image("{\"x\":" + entry(dtype, shape, "[0," + std::to_string(bytes) + "]") + "}", bytes);
    };
    for (const auto& [dtype, shape, bytes] : std::vector<std::tuple<std::string, std::string, int>>{
             {"F4", "[2,8]", 8}, {"F4", "[2]", 1}, {"F4", "[0,3]", 0}, {"F6_E2M3", "[4]", 3}, {"F6_E3M2", "[8,2]", 12}})
        CHECK(refusal_of(packed(dtype, shape, bytes)) == "");
    check_refused(packed("F4", "[3]", 2),
                  {"hold 2 bytes", "dtype F4 and shape [3] need 12 bits, which are not whole bytes"});
    check_refused(packed("F6_E2M3", "[5]", 4), {"need 30 bits, which are not whole bytes"});
    check_refused(packed("F4", "[2,8]", 16), {"hold 16 bytes, but its dtype F4 and shape [2, 8] need 8 bytes"});
}

TEST_CASE("metadata of null and space before the header are taken as the reference reader takes them") {
    CHECK(refusal_of(image("{\"__metadata__\":null,\"x\":" + entry("U8", "[1]", "[0,1]") + "}", 1)) == "");
    CHECK(refusal_of(image(" \n{}")) == "");
    check_refused(image("{\"x\":null}"), {"tensor \"x\" must be an object, got null"});
}

TEST_CASE("tensors that do not cover the data are refused") {
    const auto two = [](const std::string& first, const std::string& second, std::size_t bytes) {
        return image("{\"a\":" + entry("U8", "[4]", first) + ",\"b\":" + entry("U8", "[4]", second) + "}", bytes);
    };
    check_refused(two("[0,4]", "[8,4]", 8), {"the data_offsets [8, 4] of tensor \"b\" end before they begin"});
    check_refused(two("[0,4]", "[4,8]", 7), {"the data_offsets [4, 8] of tensor \"b\" lie outside", "7 bytes of data"});
    check_refused(two("[0,4]", "[9223372036854775800,9223372036854775804]", 8), {"tensor \"b\" lie outside the file"});
    check_refused(two("[0,4]", "[3,7]", 7), {"tensor \"b\" overlaps the one before it"});
    check_refused(two("[0,4]", "[0,4]", 4), {"tensor \"b\" overlaps the one before it"});
    check_refused(two("[4,8]", "[1,5]", 8), {"there is a gap of 1 byte before tensor \"b\""});
    check_refused(two("[0,4]", "[6,10]", 10), {"there is a gap of 2 bytes before tensor \"b\""});
    check_refused(two("[0,4]", "[4,8]", 11), {"has 3 bytes after the last tensor"});
    check_refused(image("{}", 1), {"has 1 byte after the last tensor"});
    check_refused(image("{\"a\":" + entry("U8", "[2]", "[0,2]") + ",\"b\":" + entry("U8", "[0]", "[1,1]") + "}", 2),
                  {"tensor \"b\" overlaps"});
    CHECK(refusal_of(two("[4,8]", "[0,4]", 8)).empty());
}

TEST_CASE("a message shows a long or strange name in a few harmless characters") {
    const std::string message = refusal_of(image("{\"a\\n\\u001b" + std::string(100'000, 'x') + "\":3}"));
    CHECK(contains(message, R"(tensor "a\n\x1Bxxx)"));
    CHECK(contains(message, R"(xxx..." must be an object)"));
    CHECK(message.size() < 400);
}

TEST_CASE("a header of more than 100 MB is not written") {
    const Folder folder;
    const std::string message = error_of([&] {
        save_safetensors(folder / "x.safetensors", {}, {{"text", std::string(100'000'000, 'x')}});
    });
    CHECK(contains(message, "but 100 MB are the limit: write several files"));
    CHECK(folder.entries() == 0);
}
