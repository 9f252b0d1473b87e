// The fields of a config.json, and of objects in it: read, or refused with the file, the path of the field and what to do.
#include "suture/decoder/detail/config_reader.hpp"

#include "doctest.hpp"
#include "file/files.hpp"
#include "message.hpp"

using namespace suture;
using suture::detail::ConfigReader;
using suture_test::message_of;
using suture_test::says;

namespace {
ConfigReader reader(const std::string& text) {
    const files::Folder folder;
    files::write_bytes(folder / "config.json", text);
    return ConfigReader(folder / "config.json", "Toy");
}
template <class F>
std::string refused(const std::string& text, const F& read) {
    const ConfigReader config = reader(text);
    return message_of<ModelError>([&] { (void)read(config); });
}
}  // namespace

TEST_CASE("fields of an object are read like those of the file, and named with its path") {
    const std::string text =
        R"({"rope": {"factor": 2.5, "names": ["a", "b"], "n": 0, "list": [1, 2.5]}, "null": null})";
    const ConfigReader config = reader(text), rope = config.in("rope");
    CHECK(rope.positive("factor", 1) == 2.5);
    CHECK(rope.words("names") == std::vector<std::string>{"a", "b"});
    CHECK(rope.numbers("list") == std::vector<double>{1, 2.5});
    CHECK(rope.whole("n", 7) == 0);
    CHECK(rope.whole("absent", 7) == 7);
    CHECK(config.has("null"));
    CHECK_FALSE(config.says("null"));
    CHECK_FALSE(config.says("absent"));
    CHECK(config.says_more("rope"));
    CHECK_FALSE(reader(R"({"rope": {}})").says_more("rope"));
    CHECK(says(refused(text, [](const auto& c) { return c.in("rope").count("factor", 1); }),
               "config.json: rope.factor is 2.5 but must be an integer from 1", "use a Toy model's config.json"));
    CHECK(says(refused(text, [](const auto& c) { return c.in("null"); }), "null is null but must be an object"));
    CHECK(says(refused(text, [](const auto& c) { return c.in("rope").positive("n", 1); }),
               "rope.n is 0 but must be a positive"));
    CHECK(says(refused(text, [](const auto& c) { return c.in("rope").words("list"); }), "rope.list holds 1 but"));
    CHECK(
        says(refused(text, [](const auto& c) { return c.in("rope").numbers("names"); }), "rope.names holds \"a\" but"));
}

TEST_CASE("a number that JSON lacks is named with its place, also within an object") {
    const std::string text = "{\"epsilon\": NaN,\n \"rope\": {\"factor\": Infinity}}";
    CHECK(says(refused(text, [](const auto& c) { return c.not_negative("epsilon", 1); }), "epsilon is NaN (line 1"));
    CHECK(says(refused(text, [](const auto& c) { return c.in("rope"); }), "rope is ", "line 2"));
}

TEST_CASE("an unknown nonlinearity lists the known ones, and quantized weights are refused") {
    const auto act = [](const ConfigReader& c) { return suture::detail::read_activation(c, "hidden_act", "silu"); };
    CHECK(act(reader("{}")) == ActivationFunction::silu);
    CHECK(act(reader(R"({"hidden_act": "gelu_new"})")) == ActivationFunction::gelu_tanh);
    CHECK(says(refused(R"({"hidden_act": "gelo"})", act),
               "hidden_act is \"gelo\": give one of transformers' names: gelu_new"));
    CHECK(says(refused(R"({"hidden_act": "xielu"})", act), "weights of its own that suture's Toy lacks"));
    CHECK(says(refused(R"({"quantization_config": {"quant_method": "gptq"}})",
                       [](const auto& c) { return suture::detail::check_not_quantized(c), 0; }),
               "the weights are quantized (\"gptq\")"));
}
