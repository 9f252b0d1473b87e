// Any text as the graph of an exported model: read and prepared, or refused. What is prepared has plans, sites and stages,
// and runs, or says why not, if its numbers are small enough for the memory at hand.
#include "suture/exported/detail/inputs.hpp"
#include "suture/exported/detail/read_graph.hpp"
#include "suture/exported/detail/run.hpp"
#include "suture/exported/detail/stages.hpp"

#include "fuzz/bytes.hpp"
#include "fuzz/json_mutator.hpp"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/zeros.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace {

using namespace suture::detail;

/// Zeros for every weight of the graph that is small enough.
std::map<std::string, at::Tensor> weights_of(const ExportedGraph& graph) {
    constexpr std::int64_t most = 1 << 16;
    std::map<std::string, at::Tensor> weights;
    for (const ExportedInput& input : graph.inputs) {
        if (input.kind != ExportedInput::Kind::weight || !graph.values[input.value].meta) continue;
        std::vector<std::int64_t> sizes;
        std::int64_t count = 1;
        for (const SymbolicSize& size : graph.values[input.value].meta->sizes) {
            const auto* fixed = std::get_if<std::int64_t>(&size);
            if (!fixed || *fixed > most || (count *= std::max<std::int64_t>(1, *fixed)) > most) return {};
            sizes.push_back(*fixed);
        }
        weights.emplace(input.name, at::zeros(sizes, graph.values[input.value].meta->dtype));
    }
    return weights;
}

bool has_small_numbers(const nlohmann::json& document) {
    if (document.is_number()) return std::abs(document.get<double>()) <= 64;
    return std::all_of(document.begin(), document.end(), [&](const nlohmann::json& child) {
        return !(child.is_structured() || child.is_number()) || has_small_numbers(child);
    });
}

/// Zeros of the exported sizes, and two for a size that is free.
c10::IValue value_for(const ExportedGraph& graph, const ExportedInput& input) {
    const auto& meta = graph.values[input.value].meta;
    if (!meta) return std::int64_t{2};
    std::vector<std::int64_t> sizes;
    for (const SymbolicSize& size : meta->sizes) {
        const auto* fixed = std::get_if<std::int64_t>(&size);
        sizes.push_back(fixed ? *fixed : 2);
    }
    return at::zeros(sizes, meta->dtype);
}

void run(const ExportedModel& model) {
    std::vector<c10::IValue> values;
    for (const ExportedInput& input : model.graph().inputs)
        if (input.kind == ExportedInput::Kind::user) values.push_back(value_for(model.graph(), input));
    const at::NoGradGuard without_gradients;
    ExportedPass pass(*model.plain_plan());
    pass.give(model.graph(), ExportedInputs(model.graph()).sorted(std::move(values), {}));
    pass.run();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text = fuzz::text(data, size);
    fuzz::refused_or_read([&] {
        ExportedGraph graph = GraphReader::read(text);
        std::map<std::string, at::Tensor> weights = weights_of(graph);
        check_weights(graph, weights);
        ExportedModel model(std::move(graph), std::move(weights));
        std::size_t asked = 0;
        for (const std::string& path : model.operator_paths())
            if (++asked < 8 && !model.operator_site(path)) fuzz::fail("the operator " + path + " has no site");
        model.plan_with_sites();
        std::string why;
        ExportedStages::of(model, why);
        if (has_small_numbers(nlohmann::json::parse(text))) run(model);
    });
    return 0;
}
