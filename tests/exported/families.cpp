// Families of models as Python exports them, against what Python computes with the same weights: results, every module's
// output and input, an edit of each of them, and gradients. families.py makes the archives and the numbers.
#include <suture/exported/exported.hpp>
#include <suture/file/safetensors.hpp>
#include <suture/hook/hook_set.hpp>
#include <suture/record/latest.hpp>

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <torch/version.h>
#include <nlohmann/json.hpp>

#include "doctest.hpp"
#include "message.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <limits>
#include <map>
#include <optional>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

using namespace suture;
using suture_test::message_of;

namespace {

/// The archives in the directory in which families.py left them; none, with a message in the test's output.
std::vector<std::filesystem::path> archives() {
    std::vector<std::filesystem::path> found;
    const char* const named = std::getenv("SUTURE_EXPORTED_FAMILIES");
    const char* const only = std::getenv("SUTURE_EXPORTED_ONLY");
    if (named && std::filesystem::is_directory(named))
        for (const auto& entry : std::filesystem::directory_iterator(named))
            if (entry.path().extension() == ".pt2" &&
                std::filesystem::exists(std::filesystem::path(entry.path()).replace_extension(".safetensors")) &&
                (!only || entry.path().stem().string().find(only) != std::string::npos))
                found.push_back(entry.path());
    std::sort(found.begin(), found.end());
    if (found.empty())
        MESSAGE(
            "skipped: there are no exported models: install torch 2.9 and transformers 5 for Python and run ctest, or "
            "run tests/exported/families.py and name its directory in SUTURE_EXPORTED_FAMILIES");
    return found;
}

/// Between versions of LibTorch, and in gradients: Python's backward pass adds them up in another order.
constexpr double rounding = 1e-5;

/// How far two tensors are apart, measured by the largest number in the second; infinite if they are of other shapes.
double apart(const at::Tensor& is, const at::Tensor& wanted) {
    if (is.is_complex()) return apart(at::view_as_real(is), wanted);  // as families.py stores them
    constexpr double never = std::numeric_limits<double>::infinity();
    if (is.sizes() != wanted.sizes() || is.scalar_type() != wanted.scalar_type()) return never;
    if (wanted.numel() == 0) return 0;
    const at::Tensor a = is.detach().to(at::kDouble), b = wanted.to(at::kDouble);
    const at::Tensor is_equal = a.eq(b).logical_or(a.isnan().logical_and(b.isnan()));
    const at::Tensor difference = at::where(is_equal, at::zeros_like(a), (a - b).abs());
    const double size = at::where(b.isfinite(), b.abs(), at::zeros_like(b)).max().item<double>();
    const double most = difference.max().item<double>();
    return std::isnan(most) ? never : most / (1 + size);
}

/// Whether LibTorch may use oneDNN, while it lives.
class OneDnn {
public:
    explicit OneDnn(bool may) : could_(at::globalContext().userEnabledMkldnn()) {
        at::globalContext().setUserEnabledMkldnn(may);
    }
    OneDnn(const OneDnn&) = delete;
    OneDnn& operator=(const OneDnn&) = delete;
    ~OneDnn() { at::globalContext().setUserEnabledMkldnn(could_); }

private:
    bool could_;
};

/// One thread, as in families.py, while it lives: two add up the terms of a product in another order.
class OneThread {
public:
    OneThread() : had_(at::get_num_threads()) { at::set_num_threads(1); }
    OneThread(const OneThread&) = delete;
    OneThread& operator=(const OneThread&) = delete;
    ~OneThread() { at::set_num_threads(had_); }

private:
    int had_;
};

/// What one archive showed, for the table.
struct Row {
    std::string name, family, attention, sizes, torch, transformers;
    std::size_t nodes = 0, modules = 0, sites = 0, patterns = 0;
    std::map<std::string, std::size_t> refused;  ///< outputs of modules that have no site, by the reason
    double results = 0, values = 0, edits = 0, gradients = 0;
    std::vector<std::string> defects;
};

class Comparison {
public:
    explicit Comparison(const std::filesystem::path& archive)
        : model_(exported::load(archive)),
          python_(Safetensors::open(std::filesystem::path(archive).replace_extension(".safetensors"))) {
        const auto metadata = python_.metadata();
        row_.name = archive.stem().string();
        row_.family = metadata.at("family"), row_.attention = metadata.at("attention");
        row_.sizes = metadata.at("sizes");
        row_.nodes = std::stoul(metadata.at("nodes"));
        modules_ = nlohmann::json::parse(metadata.at("modules"));
        row_.torch = metadata.at("torch"), row_.transformers = metadata.at("transformers");
        is_same_torch_ = row_.torch.substr(0, row_.torch.find('+')) == TORCH_VERSION;
        model_.visit_sites([&](const std::string& path, Site&) { paths_.push_back(path); });
        row_.sites = paths_.size();
    }

    Row run() {
        {
            const at::NoGradGuard no_grad;
            for (int pass = 0; pass < 2; ++pass) compare_results("in/", "out/");  // the first keeps something
            if (has("in2/" + model_.input_names().front())) compare_results("in2/", "out2/");
            compare_sites();
            compare_patterns();
            compare_edits();
        }
        // LibTorch 1.13's gelu_backward with oneDNN leaves its result unwritten if the gradient is permuted: Whisper's is.
        const OneDnn one_dnn(TORCH_VERSION_MAJOR >= 2);
        compare_gradients_of_sites();
        compare_gradients_of_parameters("");
        compare_with_hooks_everywhere();
        return row_;
    }

private:
    bool has(const std::string& name) const { return python_.contains(name); }
    /// The same LibTorch gives the same bits, but for Qwen3-Next, whose exported module differs from the eager one in
    /// Python as well.
    double tolerance() const { return is_same_torch_ && row_.family != "qwen3_next" ? 0 : rounding; }

    /// Notes the difference, and a defect if it is too large.
    void compare(const at::Tensor& is, const std::string& name, double& greatest, const std::string& what,
                 std::optional<double> allowed = std::nullopt) {
        const double difference = apart(is, python_.load(name));
        greatest = std::max(greatest, difference);
        if (difference <= allowed.value_or(tolerance())) return;
        std::ostringstream text;
        text << what << " differs by " << difference;
        row_.defects.push_back(text.str());
    }

    ExportedOutputs outputs(const std::string& inputs = "in/") const { return outputs_of(model_, inputs); }
    /// Of the model, or of what runs it again.
    template <class Model>
    ExportedOutputs outputs_of(Model& model, const std::string& inputs) const {
        std::vector<at::Tensor> given;
        for (const std::string& name : model_.input_names()) given.push_back(python_.load(inputs + name));
        switch (given.size()) {
            case 1:
                return model.run(given[0]);
            case 2:
                return model.run(given[0], given[1]);
            default:
                return model.run(given.at(0), given.at(1), given.at(2));
        }
    }

    /// A pass without hooks and gradients leaves autograd out, and LibTorch's matmul asks whether a weight wants gradients
    /// before it chooses how to multiply: within rounding.
    void compare_results(const std::string& inputs, const std::string& results) {
        const ExportedOutputs made = outputs(inputs);
        std::size_t tensors = 0;
        for (const std::string& name : made.names())
            if (made.value(name).isTensor()) {
                const std::string wanted = results + std::to_string(tensors++);
                if (has(wanted))
                    compare(made[name], wanted, row_.results, wanted + " (" + name + ")", rounding);
                else
                    row_.defects.push_back("Python has no " + wanted);
            }
        if (has(results + std::to_string(tensors))) row_.defects.push_back("Python has more results");
    }

    static std::string path_of(const std::string& module, std::size_t call) {
        return call == 0 ? module : module + "@" + std::to_string(call);
    }
    bool has_site(const std::string& path) const {
        return std::find(paths_.begin(), paths_.end(), path) != paths_.end();
    }

    std::vector<SiteRef<AnyLayout>> all_sites() const {
        std::vector<SiteRef<AnyLayout>> sites;
        for (const std::string& path : paths_) sites.push_back(site(model_, path));
        return sites;
    }

    void compare_sites() {
        Latest<AnyLayout> recorded;
        HookSet hooks;
        hooks.add(all_sites(), recorded);
        {
            const auto scope = hooks.activate();
            outputs();
        }
        std::map<std::string, at::Tensor> seen;
        for (std::size_t i = 0; i < paths_.size(); ++i)
            if (recorded.contains(i)) seen[paths_[i]] = at::Tensor(recorded[i]);
        for (const auto& [module, what] : modules_.items()) {
            const auto& calls = what.at("calls");
            for (std::size_t call = 0; call < calls.size(); ++call) {
                ++row_.modules;
                const std::string path = path_of(module, call);
                const std::string python = "module/" + module + "@" + std::to_string(call);
                if (!has_site(path)) check_reason(path, calls[call]);
                for (std::size_t i = 0;; ++i) {
                    const std::string output = path + (i == 0 ? "" : ".output." + std::to_string(i));
                    const std::string wanted = python + "/out/" + std::to_string(i);
                    if (!has_site(output)) {
                        if (i > 0) break;
                    } else if (!seen.contains(output)) {
                        row_.defects.push_back(output + " is never passed");
                    } else if (!has(wanted)) {
                        row_.defects.push_back(output + " is not returned in Python");
                    } else {
                        compare(seen[output], wanted, row_.values, "output of " + output);
                    }
                }
                for (std::size_t i = 0;; ++i) {
                    const std::string input = path + ".input" + (i == 0 ? "" : "." + std::to_string(i));
                    if (!has_site(input)) break;
                    if (!seen.contains(input))
                        row_.defects.push_back(input + " is never passed");
                    else
                        compare_input(seen[input], python, calls[call], i, input);
                }
            }
        }
        for (const std::string& path : paths_)
            if (path.find("input") != 0 && path.find("output.") != 0 && !path.empty() && !is_of_python(path))
                row_.defects.push_back("Python calls no " + path);
    }
    bool is_of_python(const std::string& path) const {
        std::string module = path;
        for (const char* const mark : {".input", ".output"})
            if (const auto at = module.rfind(mark); at != module.npos) module.resize(at);
        std::size_t call = 0;
        if (const auto at = module.rfind('@'); at != module.npos) {
            call = std::stoul(module.substr(at + 1));
            module.resize(at);
        }
        return modules_.contains(module) && call < modules_.at(module).at("calls").size();
    }

    /// The first input is Python's first one, unless its numbers are not read; the others are in the order of reading.
    void compare_input(const at::Tensor& seen, const std::string& python, const nlohmann::json& call, std::size_t i,
                       const std::string& site) {
        for (std::size_t k = 0; has(python + "/in/" + std::to_string(k)); ++k) {
            const std::string wanted = python + "/in/" + std::to_string(k);
            if (apart(seen, python_.load(wanted)) > tolerance()) continue;
            if (i == 0 && k > 0 && call.at("reads_first"))
                row_.defects.push_back(site + " is input " + std::to_string(k) + " in Python");
            return compare(seen, wanted, row_.values, site);
        }
        row_.defects.push_back(site + " is not an input in Python");
    }

    /// Whether the reason why a module's output has no site is the true one.
    void check_reason(const std::string& path, const nlohmann::json& call) {
        const std::string why = message_of<HookError>([&] { site(model_, path); });
        const auto says = [&](const char* words) { return why.find(words) != std::string::npos; };
        const std::size_t made = call.at("out");
        if (says("left no operator")) {
            ++row_.refused["no operator"];
            if (!call.at("same")) row_.defects.push_back(path + " has no operator, but makes something: " + why);
        } else if (says("several of its tensors")) {
            ++row_.refused["several results"];
            // A pattern that the model returns is used outside of every module around it.
            if (made < 2 && !returns_states()) row_.defects.push_back(path + " returns one tensor in Python: " + why);
        } else {
            ++row_.refused["other"];
            row_.defects.push_back(path + " (" + std::to_string(made) + " tensors in Python): " + why);
        }
    }

    void compare_edits() {
        for (const std::string& path : paths_) {
            const bool is_input = path.size() > 6 && path.compare(path.size() - 6, 6, ".input") == 0;
            const std::string module = is_input ? path.substr(0, path.size() - 6) : path;
            const auto mark = module.rfind('@');
            const std::string call = mark == module.npos ? "0" : module.substr(mark + 1);
            const std::string wanted = "edited/" + module.substr(0, mark) + "@" + call + (is_input ? "/in" : "/out");
            if (!has(wanted + "/0")) continue;
            if (is_input && !modules_.at(module.substr(0, mark)).at("calls")[std::stoul(call)].at("reads_first"))
                continue;  // the site is that of another argument
            HookSet hooks;
            hooks.add(site(model_, path), [](const at::Tensor& value) { return value * 0.5; });
            const auto scope = hooks.activate();
            try {
                const ExportedOutputs whole = outputs();
                compare_edited(whole, wanted, path);
                check_same(outputs_of(rerun_, "in/"), whole, path);
            } catch (const Error& e) {
                row_.defects.push_back("half of " + path + ": " + e.what());
            }
        }
    }
    /// A pass of what follows the edit, and a whole pass: the same bits.
    void check_same(const ExportedOutputs& part, const ExportedOutputs& whole, const std::string& path) {
        for (const std::string& name : whole.names())
            if (whole.value(name).isTensor() && apart(part[name], whole[name]) != 0)
                row_.defects.push_back("what follows half of " + path + " gives another " + name);
    }
    void compare_edited(const ExportedOutputs& made, const std::string& wanted, const std::string& path) {
        std::size_t tensors = 0;
        for (const std::string& name : made.names()) {
            if (!made.value(name).isTensor()) continue;
            const std::string result = wanted + "/" + std::to_string(tensors++);
            // transformers takes hidden states from within its layers, between the hooks of users, and returns the last
            // one twice.
            if (returns_states() && is_layer(path) && name.find("hidden_states") == 0) continue;
            compare(made[name], result, row_.edits, "half of " + path + ", seen in " + name + ",");
        }
    }
    /// Whether the model returns hidden states and attention patterns.
    bool returns_states() const { return row_.family.find("_states") != std::string::npos; }
    bool is_layer(const std::string& path) const {
        const std::string type = modules_.at(path.substr(0, path.rfind(".input"))).at("type");
        for (const char* const part : {"Block", "DecoderLayer", "Model"})
            if (type.find(part) != type.npos) return true;
        return false;
    }

    static at::Tensor goal_of(const at::Tensor& result) {
        return result.dim() == 3 ? result[0][-1][0] : result.flatten()[-1];
    }

    void compare_gradients_of_sites() {
        for (const std::string& name : python_.names())
            for (const std::string where : {"out", "in"}) {
                const std::string begin = "gradient/" + where + "/";
                if (name.rfind(begin, 0) != 0) continue;
                const std::string path = name.substr(begin.size()) + (where == "in" ? ".input" : "");
                if (!has_site(path)) {
                    row_.defects.push_back("no site for the gradient of " + path);
                    continue;
                }
                Latest<AnyLayout> gradient;
                HookSet hooks;
                hooks.add_backward(site(model_, path), gradient);
                const auto scope = hooks.activate();
                goal_of(outputs().first()).backward();
                compare(at::Tensor(gradient[0]), name, row_.gradients, "the gradient of " + path, rounding);
            }
    }

    /// The softmax of an eager attention is the last tensor that it returns.
    void compare_patterns() {
        for (const auto& [module, what] : modules_.items()) {
            const std::size_t returned = what.at("calls")[0].at("out");
            const std::string wanted = "module/" + module + "@0/out/" + std::to_string(returned - 1);
            if (row_.attention != "eager" || returned < 2 || python_.sizes(wanted).size() != 4) continue;
            const std::string path = module + ":softmax";
            Latest<AnyLayout> pattern;
            HookSet hooks;
            try {
                hooks.add(site(model_, path), pattern);
            } catch (const HookError&) {
                continue;  // the attention is computed by a function of the model's own, or by a module in it
            }
            const auto scope = hooks.activate();
            outputs();
            compare(at::Tensor(pattern[0]), wanted, row_.values, path);
            ++row_.patterns;
        }
    }

    void compare_gradients_of_parameters(const std::string& when) {
        for (const auto& [name, tensor] : model_.tensors()) tensor.mutable_grad() = at::Tensor();
        const at::Tensor result = outputs().first();
        compare(result, "out/0", row_.gradients, "the result" + when, rounding);
        goal_of(result).backward();
        std::size_t compared = 0;
        for (const auto& [name, tensor] : model_.tensors())
            if (has("gradient/" + name) && tensor.grad().defined()) {
                ++compared;
                compare(tensor.grad(), "gradient/" + name, row_.gradients, "the gradient of " + name + when, rounding);
            }
        if (compared == 0) row_.defects.push_back("no parameter has a gradient" + when);
    }

    /// Hooks that change nothing change nothing, even where the graph writes into what they were lent or gave.
    void compare_with_hooks_everywhere() {
        HookSet recording, copying;
        Latest<AnyLayout> recorded;
        recording.add(all_sites(), recorded);
        copying.add(all_sites(), [](const at::Tensor& value) { return value.clone(); });
        {
            const auto scope = recording.activate();
            compare_gradients_of_parameters(" with a recorder everywhere");
        }
        const auto scope = copying.activate();
        compare_gradients_of_parameters(" with copies everywhere");
    }

    Exported model_;
    ExportedRerun rerun_ = model_.rerun();
    Safetensors python_;
    nlohmann::json modules_;
    std::vector<std::string> paths_;
    bool is_same_torch_ = false;
    Row row_;
};

}  // namespace

TEST_CASE("models of every family compute here what they compute in Python, and so do their modules") {
    const OneThread one_thread;
    std::vector<Row> rows;
    for (const std::filesystem::path& archive : archives()) {
        CAPTURE(archive.stem().string());
        Row row;
        CHECK_NOTHROW(row = Comparison(archive).run());
        std::string defects;
        for (const std::string& defect : row.defects) defects += "\n    " + defect;
        CHECK_MESSAGE(row.defects.empty(), row.name << ":" << defects);
        rows.push_back(std::move(row));
    }
    if (const char* const table = std::getenv("SUTURE_EXPORTED_TABLE")) {
        std::ofstream out(table);
        out << "torch,python,transformers,family,attention,sizes,passed,nodes,modules,sites,patterns,refused,results,"
               "values,edits,"
               "gradients\n";
        for (const Row& row : rows) {
            out << TORCH_VERSION << ',' << row.torch << ',' << row.transformers << ',' << row.family << ','
                << row.attention << ',' << row.sizes << ',' << row.defects.empty() << ',' << row.nodes << ','
                << row.modules << ',' << row.sites << ',' << row.patterns << ',';
            std::string between;
            for (const auto& [why, count] : row.refused) {
                out << between << count << ' ' << why;
                between = "; ";
            }
            out << ',' << row.results << ',' << row.values << ',' << row.edits << ',' << row.gradients << '\n';
        }
    }
}
