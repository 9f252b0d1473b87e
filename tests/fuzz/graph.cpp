// Any text as the graph of an exported model: read and prepared, or refused. What is prepared has plans, sites and stages.
#include "suture/exported/detail/read_graph.hpp"
#include "suture/exported/detail/stages.hpp"

#include "fuzz/bytes.hpp"

#include <ATen/ops/zeros.h>

#include <algorithm>
#include <map>
#include <string>
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
    });
    return 0;
}
