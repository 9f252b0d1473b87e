// Everything a program that edits, hooks, records and reads activations needs. Headers with further dependencies are
// included by name: suture/record/safetensors.hpp, suture/record/spill.hpp and suture/model/ (nlohmann-json), and
// suture/hook/script.hpp (LibTorch's headers for TorchScript).
#pragma once

#include "suture/core.hpp"
#include "suture/edit/apply.hpp"
#include "suture/edit/on.hpp"
#include "suture/hook/board.hpp"
#include "suture/hook/hook_point.hpp"
#include "suture/hook/hook_set.hpp"
#include "suture/hook/hooked.hpp"
#include "suture/hook/sites.hpp"
#include "suture/record/history.hpp"
#include "suture/record/latest.hpp"
#include "suture/study/attention_pattern.hpp"
#include "suture/study/audit.hpp"
#include "suture/study/check_layout.hpp"
#include "suture/study/correlation.hpp"
#include "suture/study/dry_run.hpp"
#include "suture/study/histogram.hpp"
#include "suture/study/logit_lens.hpp"
#include "suture/study/moments.hpp"
#include "suture/study/norms.hpp"
#include "suture/study/trace.hpp"
#include "suture/tensor/cat.hpp"
#include "suture/tensor/describe.hpp"
#include "suture/tensor/view.hpp"
