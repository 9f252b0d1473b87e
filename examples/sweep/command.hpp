// The command line of `sweep`.
#pragma once

#include "shared/ids.hpp"
#include "shared/prompt.hpp"

#include <suture/tensor/error.hpp>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <filesystem>
#include <string>
#include <vector>

namespace examples {

/// What the command line says, as it says it.
struct SweepCommand {
    std::string model = names_model;
    std::vector<std::string> clean, clean_ids, corrupted, corrupted_ids, answer, other;
    std::vector<std::string> what{"resid_pre"};
    bool by_head = false;
    std::string tokens = "each", direction = "denoise", metric = "logit-difference";
    std::string batch = "64", memory = "512", limit = "60";
    double share = 1;
    bool attribution = false, plain = false, resume = false, all_threads = false;
    std::filesystem::path out;

    void add_to(CLI::App& app) {
        app.add_option("--model,model", model, "a GPT-2 in Hugging Face's format")->default_str("the names model");
        add_prompts_to(app);
        add_grid_to(app);
        add_metric_to(app);
        add_work_to(app);
    }

private:
    static CLI::Option* add_list(CLI::App& app, const char* name, std::vector<std::string>& list, const char* help) {
        return app.add_option(name, list, help)->allow_extra_args(false)->check(Subject::not_empty());
    }
    void add_prompts_to(CLI::App& app) {
        add_list(app, "--clean", clean, "a clean prompt, all of one length; repeat the option for another one");
        add_list(app, "--clean-ids", clean_ids, "the same as token ids: 2,1,0");
        add_list(
            app, "--corrupted", corrupted,
            "the corrupted prompt of the first clean one, of the second, ...; to 'mean' and 'resample', what is put "
            "in (without any, the clean prompts)");
        add_list(app, "--corrupted-ids", corrupted_ids, "the same as token ids");
    }
    void add_grid_to(CLI::App& app) {
        add_list(app, "--what", what, "the activations, each by itself: q,k,v say")
            ->delimiter(',')
            ->check(CLI::IsMember({"q", "k", "v", "z", "resid_pre", "resid_mid", "resid_post", "attn_out", "mlp_out"}))
            ->capture_default_str();
        app.add_flag("--by-head", by_head, "each head of q, k, v and z by itself");
        app.add_option("--tokens", tokens,
                       "each token by itself; those of a range, as in 2:5; one, -1 for the last; or all 'together'")
            ->capture_default_str();
        app.add_option("--direction", direction,
                       "denoise: clean activations into corrupted runs; noise: the reverse; zero, mean, resample: "
                       "ablations of clean runs")
            ->check(CLI::IsMember({"denoise", "noise", "zero", "mean", "resample"}))
            ->capture_default_str();
    }
    void add_metric_to(CLI::App& app) {
        app.add_option("--metric", metric, "what is read at the last token: of the answer, or of all tokens (kl)")
            ->check(CLI::IsMember({"logit-difference", "logit", "probability", "loss", "kl"}))
            ->capture_default_str();
        add_list(app, "--answer", answer,
                 "one token for all prompts, or the option again for each; by default the likeliest");
        add_list(app, "--other", other,
                 "what the logit difference is to; by default the likeliest token after the corrupted prompt, or the "
                 "second likeliest after the clean one");
    }
    void add_work_to(CLI::App& app) {
        app.add_option("--batch", batch, "the most cells that run together; what processes share is batches")
            ->capture_default_str();
        app.add_option("--memory", memory, "MiB that the sweep may hold")->capture_default_str();
        app.add_option("--share", share, "run only this share of the cells, those that attribution thinks most of")
            ->capture_default_str();
        app.add_flag("--attribution", attribution, "estimate all cells too, by attribution patching");
        app.add_flag("--plain", plain, "one forward pass a cell, without any saving");
        app.add_flag("--all-threads", all_threads,
                     "compute in all threads, not one; the last bits then depend on the machine");
        app.add_option("--out", out, "a directory for results, picture and journals")->required();
        app.add_flag("--resume", resume, "go on with the sweep whose journals are there");
        app.add_option("--limit", limit, "seconds that a process may be late or silent before the others give up")
            ->capture_default_str();
    }
};

/// An option as a number.
/// @throws suture::ValueError if it is none, or outside of these bounds
inline Index number_within(const std::string& option, const std::string& text, Index least, Index most) {
    const Index number = number_of(option, text);
    if (number < least || number > most)
        throw suture::ValueError(fmt::format("{} is {}: give {} to {}", option, number, least, most));
    return number;
}

}  // namespace examples
