#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "gradzoo/datasets/images/image_dataset.h"

namespace gradzoo {

/// A file that ends like a picture.
struct PictureFile {
  std::string path;         // path to open
  std::string name;         // path relative to the folder: "cats/tom.png"
  int64_t label = 0;        // label of the class; 0 without classes
  uint64_t bytes = 0;       // size in bytes
  int64_t modified_ns = 0;  // nanoseconds since 1970
};

/// The pictures below a folder.
struct PictureFolder {
  std::vector<PictureFile> train, test;  // pictures, by class and then by name
  bool has_test = false;                 // true if there is a test folder
  bool beside_classes = false;           // true if pictures outside the sub-folders prevent classes
  std::vector<std::string> classes;      // names by label, "" for a class without pictures; empty: no classes
  std::vector<Skipped> skipped;
};

/// Lists the files that end in .png, .jpg or .jpeg, in lower or upper case, at any depth. If the folder has
/// `train` (or `training`), then this folder and `test` (`testing`, `val`, `valid`, `validation`, `eval`,
/// `dev`) are the parts, in any case of letters, and other entries are noted as skipped. A folder that only
/// contains one folder is replaced with that folder. If all pictures of a part are in two or more
/// sub-folders, the sub-folders are the classes: labelled with their names if all names are numbers, else in
/// the order of names. A file with several links is listed once, under its own name if it has one; links to
/// folders are not followed; names that begin with a dot are ignored. Throws Error if only one of the parts
/// has classes, or if there are more than 256 classes or more than a million files.
PictureFolder list_pictures(const std::string& folder);

}  // namespace gradzoo
