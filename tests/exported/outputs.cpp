#include "suture/exported/outputs.hpp"

#include "doctest.hpp"
#include "message.hpp"

#include <ATen/ops/ones.h>

#include <sstream>

using suture::ExportedOutputs;
using suture::ModelError;
using suture_test::message_of;
using suture_test::says;

TEST_CASE("results are read by name and by number, and the first tensor among them is the first") {
    const at::Tensor logits = at::ones({2}), state = at::ones({3});
    const ExportedOutputs outputs({"loss", "logits", "states.0"}, {c10::IValue(), logits, state});
    CHECK(outputs.size() == 3);
    CHECK(outputs["logits"].is_same(logits));
    CHECK(outputs[2].is_same(state));
    CHECK(outputs.first().is_same(logits));
    CHECK(outputs.value("loss").isNone());
    CHECK(outputs.contains("states.0"));
    CHECK_FALSE(outputs.contains("states"));
    std::ostringstream text;
    text << outputs;
    CHECK(text.str() == "loss, logits, states.0");
}

TEST_CASE("a result that is not there, or not a tensor, is refused with what there is") {
    const ExportedOutputs outputs({"loss", "count"}, {c10::IValue(), 3});
    CHECK(says(message_of<ModelError>([&] { outputs["logits"]; }), "no \"logits\"", "loss, count"));
    CHECK(says(message_of<ModelError>([&] { outputs[2]; }), "no result 2"));
    CHECK(says(message_of<ModelError>([&] { outputs[-1]; }), "no result -1"));
    CHECK(says(message_of<ModelError>([&] { outputs["count"]; }), "count is a Int", "value(\"count\")"));
    CHECK(says(message_of<ModelError>([&] { outputs.first(); }), "no tensor"));
}
