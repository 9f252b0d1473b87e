// Everything a program needs that edits, hooks, records and reads activations, for half of what torch/torch.h costs to
// compile. Included by name are headers that need long headers of LibTorch: suture/hook/hooked.hpp and
// suture/sweep/sweep.hpp (torch::nn), suture/script/script.hpp (TorchScript); and headers with further dependencies:
// suture/file/safetensors.hpp, suture/record/spill.hpp, and loading and saving in suture/gpt2/ (nlohmann-json), and
// suture/tokenizer/tokenizer.hpp (nlohmann-json and PCRE2).
#pragma once

#include "suture/core.hpp"
#include "suture/edit/apply.hpp"
#include "suture/edit/on.hpp"
#include "suture/hook/board.hpp"
#include "suture/hook/hook_point.hpp"
#include "suture/hook/hook_set.hpp"
#include "suture/hook/sequence_pass.hpp"
#include "suture/hook/sites.hpp"
#include "suture/inspect/audit.hpp"
#include "suture/inspect/check_layout.hpp"
#include "suture/inspect/dry_run.hpp"
#include "suture/inspect/site_table.hpp"
#include "suture/lens/logit_lens.hpp"
#include "suture/record/history.hpp"
#include "suture/record/latest.hpp"
#include "suture/record/run_with_cache.hpp"
#include "suture/stats/attention_pattern.hpp"
#include "suture/stats/correlation.hpp"
#include "suture/stats/histogram.hpp"
#include "suture/stats/moments.hpp"
#include "suture/stats/norms.hpp"
#include "suture/tensor/cat.hpp"
#include "suture/tensor/describe.hpp"
#include "suture/tensor/view.hpp"
