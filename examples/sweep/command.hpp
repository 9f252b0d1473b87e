// The command line of `sweep`.
#pragma once

#include "shared/empty_values.hpp"
#include "shared/model.hpp"
#include "shared/prompt.hpp"

#include <CLI/CLI.hpp>

#include <filesystem>
#include <string>
#include <vector>

namespace sweep_program {

/// The options of the command line, unparsed.
struct SweepCommand {
    std::string model = examples::names_model;
    std::vector<std::string> clean, clean_ids, corrupted, corrupted_ids, answer, other;
    std::vector<std::string> what{"resid_pre"};
    bool by_head = false;
    std::string dtype = "float32", tokens = "each", direction = "denoise", metric = "logit-difference";
    std::string batch = "64", memory = "512", limit = "60";
    double share = 1;
    bool attribution = false, plain = false, resume = false, all_threads = false;
    std::filesystem::path out;

    void add_to(CLI::App& app) {
        app.add_option("--model,model", model, "a directory with a model in Hugging Face's format")
            ->type_name("DIR")
            ->default_str("the names model");
        examples::add_dtype_to(app, dtype);
        add_prompts_to(app);
        add_grid_to(app);
        add_metric_to(app);
        add_work_to(app);
        examples::refuse_empty_values(app);
    }

private:
    static CLI::Option* add_list(CLI::App& app, const char* name, std::vector<std::string>& list, const char* help) {
        return app.add_option(name, list, help)->allow_extra_args(false);
    }
    void add_prompts_to(CLI::App& app) {
        add_list(app, "--clean", clean, "a clean prompt; repeat the option for more, all of the same length");
        add_list(app, "--clean-ids", clean_ids, "a clean prompt as token ids: 2,1,0");
        add_list(
            app, "--corrupted", corrupted,
            "the corrupted prompt for each clean one, in order; with 'mean' and 'resample' the prompts that replace "
            "activations come from (by default the clean ones)");
        add_list(app, "--corrupted-ids", corrupted_ids, "a corrupted prompt as token ids");
    }
    void add_grid_to(CLI::App& app) {
        add_list(app, "--what", what, "the activations to patch one by one, for example q,k,v")
            ->delimiter(',')
            ->check(CLI::IsMember({"q", "k", "v", "z", "resid_pre", "resid_mid", "resid_post", "attn_out", "mlp_out"}))
            ->capture_default_str();
        app.add_flag("--by-head", by_head, "patch each head of q, k, v and z separately");
        app.add_option("--tokens", tokens,
                       "'each' token separately, a range as in 2:5, one position (-1 is the last), or all 'together'")
            ->capture_default_str();
        app.add_option("--direction", direction,
                       "denoise: clean activations into corrupted runs; noise: the reverse; zero, mean, resample: "
                       "ablations of clean runs")
            ->check(CLI::IsMember({"denoise", "noise", "zero", "mean", "resample"}))
            ->capture_default_str();
    }
    void add_metric_to(CLI::App& app) {
        app.add_option("--metric", metric,
                       "the metric at the last position: of the answer, or of the whole distribution (kl)")
            ->check(CLI::IsMember({"logit-difference", "logit", "probability", "loss", "kl"}))
            ->capture_default_str();
        add_list(app, "--answer", answer,
                 "the answer: one token for all prompts, or one option per prompt; by default the likeliest token");
        add_list(
            app, "--other", other,
            "the token that the answer's logit is compared with; by default the likeliest after the corrupted prompt, "
            "or else the second likeliest after the clean one");
    }
    void add_work_to(CLI::App& app) {
        app.add_option("--batch", batch,
                       "the number of cells per forward pass; processes share the work batch by batch")
            ->type_name("INT")
            ->capture_default_str();
        app.add_option("--memory", memory, "the memory that the sweep may use, in MiB")
            ->type_name("MIB")
            ->capture_default_str();
        app.add_option("--share", share,
                       "run only this share of the cells, those with the largest estimate by attribution patching")
            ->capture_default_str();
        app.add_flag("--attribution", attribution, "also estimate all cells by attribution patching");
        app.add_flag("--plain", plain, "run one forward pass per cell, without any optimisation");
        app.add_flag("--all-threads", all_threads,
                     "compute in all threads instead of one; the last bits then depend on the machine");
        app.add_option("--out", out, "the directory for results, picture and journals")->type_name("DIR")->required();
        app.add_flag("--resume", resume, "continue the sweep whose journals are in the output directory");
        app.add_option("--limit", limit, "how many seconds a process may be late or silent before the others give up")
            ->type_name("SECONDS")
            ->capture_default_str();
    }
};

}  // namespace sweep_program
