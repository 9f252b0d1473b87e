// Post-processors of a tokenizer.json, as far as ids go. tests/tokenizers compares them with Python.
#include "suture/tokenizer/detail/post_processor.hpp"

#include "doctest.hpp"
#include "message.hpp"

#include <vector>

using nlohmann::json;
using suture::FileError;
using suture::Index;
using suture::detail::PostProcessor;
using suture_test::message_of;
using suture_test::says;

namespace {
using Ids = std::vector<Index>;
const json text{{"Sequence", {{"id", "A"}, {"type_id", 0}}}};
json special(const char* name) { return {{"SpecialToken", {{"id", name}, {"type_id", 0}}}}; }
json one(json pieces) {
    return {{"type", "TemplateProcessing"},
            {"single", std::move(pieces)},
            {"pair", json::array()},
            {"special_tokens", {{"<s>", {{"id", "<s>"}, {"ids", {1, 2}}, {"tokens", {"<", "s>"}}}}}}};
}
}  // namespace

TEST_CASE("each kind puts its tokens around the ids, unless they are not wanted") {
    const json roberta{{"type", "RobertaProcessing"}, {"sep", {"</s>", 8}}, {"cls", {"<s>", 9}}};
    const json sequence{{"type", "Sequence"},
                        {"processors",
                         {{{"type", "ByteLevel"}},
                          one(json::array({special("<s>"), text})),
                          one(json::array({text, special("<s>")}))}}};
    CHECK(PostProcessor(one(json::array({special("<s>"), text, special("<s>")})))({5}, true) == Ids{1, 2, 5, 1, 2});
    CHECK(PostProcessor(one(json::array({special("<s>"), text})))({5}, false) == Ids{5});
    CHECK(PostProcessor(roberta)({5}, true) == Ids{9, 5, 8});
    CHECK(PostProcessor(roberta)({5}, false) == Ids{5});
    CHECK(PostProcessor(sequence)({5}, true) == Ids{1, 2, 5, 1, 2});
    CHECK(PostProcessor(json{{"type", "ByteLevel"}})({5}, true) == Ids{5});
    CHECK(PostProcessor()({5}, true) == Ids{5});
}

TEST_CASE("a template for two texts, unknown tokens and other kinds are refused") {
    const auto refusal = [](const json& j) { return message_of<FileError>([&] { (void)PostProcessor(j); }); };
    CHECK(says(refusal(one(json::array({json{{"Sequence", {{"id", "B"}, {"type_id", 0}}}}}))),
               "post_processor.single has a second text"));
    CHECK(says(refusal(one(json::array({special("</s>")}))), "post_processor.special_tokens has no </s>"));
    CHECK(says(refusal({{"type", "BertProcessing"}, {"sep", json::array({"a"})}, {"cls", {"a", 1}}}),
               "a sep that is not a token and its id"));
    CHECK(says(refusal({{"type", "BertProcessing"}, {"sep", {"a", -1}}, {"cls", {"a", 1}}}), "has the id -1"));
    CHECK(says(refusal({{"type", "Else"}}), "post_processor has the type \"Else\""));
}
