#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "gradzoo/datasets/images/image_dataset.h"

namespace gradzoo {

/// A file with the ending of a picture, as the folder lists it.
struct PictureFile {
  std::string path;         // to open it
  std::string name;         // below the folder: "cats/tom.png"
  int64_t label = 0;        // of its class; 0 where there are none
  uint64_t bytes = 0;       // its size
  int64_t modified_ns = 0;  // since 1970
};

/// The pictures below a folder.
struct PictureFolder {
  std::vector<PictureFile> train, test;  // by class, then by name
  bool has_test = false;                 // there is a folder of them
  bool beside_classes = false;           // too many lie beside the sub-folders for these to be classes
  std::vector<std::string> classes;      // names by label, "" of one without pictures; empty: none
  std::vector<Skipped> skipped;
};

/// Lists the files that end in .png, .jpg or .jpeg, of either case, at any depth. Where the folder has
/// `train` (or `training`), it and `test` (`testing`, `val`, `valid`, `validation`, `eval`, `dev`) are the
/// parts, in any case of letters, and what lies beside them is noted. A folder that holds one folder alone
/// counts as that. Where a part's pictures all lie
/// in two sub-folders or more, these are the classes: labelled by their names where all are numbers, else in
/// the order of names. A file that stands there several times, by links, is
/// taken once, under its own name if it has one; links to folders are not followed; names that begin with a
/// dot are hidden. Throws Error where one part has classes and the other none, where there are more than 256
/// classes, or more than a million files.
PictureFolder list_pictures(const std::string& folder);

}  // namespace gradzoo
