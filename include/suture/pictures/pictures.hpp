// Pictures of numbers, tables, and reports that hold both:
//
//     using namespace suture::pictures;
//     const HeatMap map{.title = "Attention of head 9.1",
//                       .caption = "",
//                       .metric = "attention probability",
//                       .values = pattern,  // [queries, keys]
//                       .rows = tokens(words, "query"),
//                       .columns = tokens(words, "key")};
//     save(map, "out", "attention");  // out/attention.svg, .png, .gp, .csv and .safetensors
//
// See save.hpp for the files of a picture, report.hpp for HTML pages.
#pragma once

#include "suture/pictures/axis.hpp"
#include "suture/pictures/csv.hpp"
#include "suture/pictures/heat_map.hpp"
#include "suture/pictures/histogram.hpp"
#include "suture/pictures/lines.hpp"
#include "suture/pictures/patterns.hpp"
#include "suture/pictures/report.hpp"
#include "suture/pictures/save.hpp"
#include "suture/pictures/scale.hpp"
#include "suture/pictures/scatter.hpp"
#include "suture/pictures/sweep_map.hpp"
#include "suture/pictures/table.hpp"
