// Prints the sites of an exported model, the shape of what passes each, and the layouts of the catalogue that fit the
// projections of its attention. See docs/exported.md.
#include "shared/empty_values.hpp"

#include <suture/exported/exported.hpp>
#include <suture/inspect/find_layouts.hpp>
#include <suture/inspect/site_table.hpp>

#include <CLI/CLI.hpp>

#include <ATen/ops/arange.h>

#include <algorithm>
#include <cstdint>
#include <iomanip>
#include <iostream>
#include <map>
#include <string>
#include <vector>

using namespace suture;

namespace {

/// A module that attends: where its output is, and its pattern where the file has one.
struct Attention {
    std::string path;
    AttentionSites sites;
};

/// The modules that call an attention of their own: the softmax between two products, or one operator.
std::vector<Attention> attentions(const Exported& model) {
    std::map<std::string, std::string> last_product;
    for (const std::string& path : model.operator_paths())
        if (path.find(".input") == path.npos && path.find(":matmul") != path.npos)
            last_product[path.substr(0, path.find(':'))] = path;
    std::vector<Attention> found;
    for (const std::string& path : model.operator_paths()) {
        const std::string owner = path.substr(0, path.find(':')), name = path.substr(owner.size());
        if (name == ":softmax" && last_product.contains(owner))
            found.push_back(
                {owner, AttentionSites().pattern(site(model, path)).output(site(model, last_product[owner]))});
        if (name == ":scaled_dot_product_attention")
            found.push_back({owner, AttentionSites().output(site(model, path))});
    }
    return found;
}

/// Whether a path is that of an input: "h.0.attn.input", "h.0.attn.input.1".
bool is_input(const std::string& path) {
    const std::size_t at = path.rfind("input");
    if (at == path.npos || (at > 0 && path[at - 1] != '.')) return false;
    return at + 5 == path.size() || path[at + 5] == '.';
}

/// "Gpt2Qkv<768, 12>", or several; empty if none fits.
std::string layouts_at(const Exported& model, const std::string& path, const Attention& attention,
                       const at::Tensor& ids) {
    std::string text;
    try {
        for (const FoundLayout& layout : find_layouts(model, site(model, path), attention.sites, ids))
            text += (text.empty() ? "" : " or ") + layout.name;
    } catch (const Error&) {  // not a projection: its output has other axes
    }
    return text;
}

}  // namespace

int main(int argc, char** argv) try {
    std::string file = "tests/exported/data/llama_sdpa_dynamic.pt2";
    std::int64_t tokens = 6;
    bool all = false, inputs = false;
    CLI::App app{"Lists the sites of an exported model, and finds the layouts of its attention."};
    app.add_option("model", file, "a file written by torch.export.save")->capture_default_str();
    app.add_option("--tokens", tokens, "how many token ids to run it with")->capture_default_str();
    app.add_flag("--all", all, "find layouts in every attention, not only in the first");
    app.add_flag("--inputs", inputs, "list what modules and operators take as well");
    examples::refuse_empty_values(app);
    CLI11_PARSE(app, argc, argv);
    const Exported model = exported::load(file);
    const at::Tensor ids = at::arange(tokens).remainder(30).add(3).unsqueeze(0);

    std::map<std::string, std::string> layouts;
    std::vector<Attention> found = attentions(model);
    if (!all && !found.empty()) found.resize(1);
    for (const Attention& attention : found)
        for_each_site(model, [&](const std::string& path, const Site&) {
            if (path.find(attention.path + ".") == 0 && !is_input(path))
                layouts[path] = layouts_at(model, path, attention, ids);
        });

    std::vector<SiteTableEntry> entries = site_table(model, ids).sites;
    if (!inputs) std::erase_if(entries, [](const SiteTableEntry& e) { return is_input(e.path); });
    std::size_t width = 0;
    for (const SiteTableEntry& entry : entries) width = std::max(width, entry.path.size());
    for (const SiteTableEntry& entry : entries) {
        std::string shape;
        for (const std::int64_t size : entry.shape) shape += (shape.empty() ? "[" : ", ") + std::to_string(size);
        std::cout << std::left << std::setw(static_cast<int>(width) + 2) << entry.path << std::setw(16) << shape + "]"
                  << layouts[entry.path] << "\n";
    }
} catch (const Error& e) {
    std::cerr << e.what() << "\n";
    return 1;
}
