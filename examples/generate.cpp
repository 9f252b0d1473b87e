// Goes on with a prompt twice: as the model does, and with an edit at each step. The edit steers: it adds, to the residual
// stream of one layer, the difference between two prompts, at the end of the prompt and at every token that is generated.
// See docs/generation.md.
#include "shared/empty_values.hpp"
#include "shared/model.hpp"
#include "shared/prompt.hpp"

#include <suture/generate/generate.hpp>
#include <suture/record/latest.hpp>
#include <suture/suture.hpp>

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstdint>
#include <iostream>
#include <string>
#include <vector>

namespace {
using namespace suture;

struct Options {
    examples::Subject subject;
    std::string toward, away, until;
    Index layer = -1, tokens = 8;
    double strength = 1, temperature = 0;
    std::uint64_t seed = 0;
};

/// The residual stream behind a layer at the last token of a prompt: [width].
at::Tensor stream_at_the_end(Decoder model, Index layer, const examples::Prompt& prompt) {
    Latest<Resid<dynamic>> stream(on<Resid<dynamic>>(token(-1)));
    HookSet hooks;
    hooks.add(model->blocks[static_cast<std::size_t>(layer)]->resid_post, stream);
    run_with_hooks(model, hooks, prompt.batch());
    return at::Tensor(stream[0].clone()).reshape({-1});
}

std::string text_of(const examples::Prompt& prompt, const std::vector<Index>& ids) {
    std::string text;
    for (const Index id : ids) text += (text.empty() ? "" : " ") + prompt.quoted(id);
    return text;
}

int run(const Options& o) {
    const examples::Prompt prompt = examples::Prompt::read(o.subject);
    Decoder model = examples::load_model(o.subject.model);
    const at::NoGradGuard no_gradients;
    if (o.toward.empty() && !prompt.is_default())
        throw ValueError("this model needs prompts to steer by: give --toward \"...\" and --away \"...\"");
    const examples::Prompt toward =
        prompt.beside("--toward", o.toward.empty() ? examples::names_corrupted_prompt : o.toward);
    const examples::Prompt away = o.away.empty() ? prompt : prompt.beside("--away", o.away);
    const Index layer = o.layer < 0 ? model->layers() / 2 : o.layer;
    if (layer >= model->layers())
        throw PositionError("--layer " + std::to_string(layer) + " is outside the model, which has " +
                            std::to_string(model->layers()) + " layers: count from 0");

    const auto length = static_cast<Index>(prompt.ids().size());
    if (const DecoderConfig& c = model->config(); !c.rotary && length + o.tokens - 1 > c.positions)
        throw ValueError("--tokens " + std::to_string(o.tokens) + " behind a prompt of " + std::to_string(length) +
                         " exceed the model's " + std::to_string(c.positions) + " positions: give " +
                         std::to_string(std::max<Index>(c.positions - length + 1, 0)) + " or fewer");

    const at::Tensor direction =
        stream_at_the_end(model, layer, toward).sub(stream_at_the_end(model, layer, away)).mul(o.strength);
    GenerateOptions options{.max_new_tokens = o.tokens, .seed = o.seed};
    if (!o.until.empty())
        options.eos_token_ids = {prompt.id_of("--until", o.until)};
    else if (examples::is_names_model(o.subject))
        options.eos_token_ids = {prompt.id_of("--until", "<|endoftext|>")};
    if (o.temperature > 0) options.do_sample = true, options.temperature = o.temperature;

    // token(-1) is the newest token in every pass: the end of the prompt, then each token that was generated.
    const HookPoint<Resid<dynamic>>& stream = model->blocks[static_cast<std::size_t>(layer)]->resid_post;
    HookSet hooks;
    hooks.add(stream, on<Resid>(token(-1)).add(direction));

    std::cout << "model    " << examples::model_name(o.subject) << "\n"
              << "prompt   " << prompt.text() << "\n"
              << "toward   " << toward.text() << "\n"
              << "away     " << away.text() << "\n"
              << "clean    " << text_of(prompt, generate(model, prompt.batch(), options).new_tokens(0)) << "\n";
    options.hooks = &hooks;
    std::cout << "edited   " << text_of(prompt, generate(model, prompt.batch(), options).new_tokens(0)) << "\n"
              << "edit     " << stream.name() << " at the newest token of each pass: + " << o.strength
              << " x (toward - away)\n";
    return 0;
}
}  // namespace

int main(int argc, char** argv) try {
    Options o;
    CLI::App app{"Goes on with a prompt, with and without an edit at each step."};
    o.subject.add_to(app);
    app.add_option("--toward", o.toward, "a prompt whose residual stream is added")
        ->default_str("the names model's, with the other name");
    app.add_option("--away", o.away, "a prompt whose residual stream is subtracted")->default_str("the prompt");
    app.add_option("--layer", o.layer, "behind which layer")->default_str("the middle one");
    app.add_option("--strength", o.strength, "how often the difference is added")->capture_default_str();
    app.add_option("--tokens", o.tokens, "how many tokens to generate")->capture_default_str();
    app.add_option("--until", o.until, "the token that ends the text")
        ->default_str("<|endoftext|> of the names model, none of others");
    app.add_option("--temperature", o.temperature, "draws tokens; 0 takes the likeliest")->capture_default_str();
    app.add_option("--seed", o.seed, "of the draws")->capture_default_str();
    examples::refuse_empty_values(app);
    CLI11_PARSE(app, argc, argv);
    return run(o);
} catch (const std::exception& e) {
    std::cerr << "generate: " << e.what() << "\n";
    return 1;
}
