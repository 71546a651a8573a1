export default function archiver() {
  throw new Error("TerraformAsset archives are not used by this kit");
}
